"""What the preview did not show is not submitted: changed since, joined since, lacking something, not open any more."""

import pytest

from contributions import draft_files, drafting, previewing, sponsors, submission
from contributions.models import Contribution
from cwg.documents.models import PolicyIssue
from cwg.members.rights import rights_of
from tests import drafts, factories

pytestmark = pytest.mark.django_db


def change_the_title(draft, person, at):
    drafting.edit(
        draft.pk,
        drafts.wording(draft.register, "Another title"),
        edition=Contribution.objects.get(pk=draft.pk).edition,
        rights=rights_of(person),
        at=at,
    )


def add_a_file(draft, person, at):
    drafts.put_file(draft, person, text="Another file")


def remove_and_put_another(draft, person, at):
    draft_files.remove_file(draft.pk, draft.files.get().pk, rights=rights_of(person), at=at)
    drafts.put_file(draft, person, text="Other bytes under the same name")


def choose_an_issue(draft, person, at):
    issue = PolicyIssue.objects.create(list_name="Resolution 1305", number=1, title="Multilingualization")
    drafting.edit(
        draft.pk,
        drafts.wording(draft.register, draft.title, issues=(issue,)),
        edition=Contribution.objects.get(pk=draft.pk).edition,
        rights=rights_of(person),
        at=at,
    )


@pytest.mark.parametrize("change", [change_the_title, add_a_file, remove_and_put_another, choose_an_issue])
def test_a_draft_that_changed_since_its_preview_is_not_submitted(draft, saudi_focal_point, held, change):
    token = drafts.token_for(draft, saudi_focal_point)
    change(draft, saudi_focal_point, held.at)
    with drafts.nothing_changes(draft), pytest.raises(submission.DraftChanged):
        submission.submit(token, person=saudi_focal_point, arrived_at=held.at)
    assert drafts.submit(draft, saudi_focal_point).receipt is not None


def test_a_sponsor_who_joined_since_the_preview_was_shown_stops_the_submission(
    draft, saudi_focal_point, syrian_focal_point, held
):
    asked = sponsors.ask(
        draft.pk, factories.make_state("SYR"), rights=rights_of(saudi_focal_point), at=held.at
    )
    token = drafts.token_for(draft, saudi_focal_point)
    sponsors.answer(asked.pk, joins=True, rights=rights_of(syrian_focal_point), at=held.at)
    with drafts.nothing_changes(draft), pytest.raises(submission.DraftChanged):
        submission.submit(token, person=saudi_focal_point, arrived_at=held.at)
    revision = drafts.submit(draft, saudi_focal_point).receipt.revision
    assert [str(source) for source in revision.sources.all()] == ["Saudi Arabia", "Syrian Arab Republic"]


def test_a_sponsor_who_has_not_answered_is_left_out_and_the_preview_says_so(draft, saudi_focal_point, held):
    sponsors.ask(draft.pk, factories.make_state("SYR"), rights=rights_of(saudi_focal_point), at=held.at)
    shown = previewing.preview(previewing.load(draft.pk), person=draft.created_by)
    assert [sponsorship.state.iso3 for sponsorship in shown.left_out] == ["SYR"]
    revision = drafts.submit(draft, saudi_focal_point).receipt.revision
    assert revision.sources.count() == 1


@pytest.mark.parametrize(
    "lack",
    [
        {"title": "  "},
        {"original_languages": []},
        {"original_languages": ["fr"]},
        {"register": None},
    ],
)
def test_a_draft_that_lacks_something_is_not_submitted(draft, saudi_focal_point, held, lack):
    Contribution.objects.filter(pk=draft.pk).update(**lack)
    token = drafts.token_for(draft, saudi_focal_point)
    with drafts.nothing_changes(draft), pytest.raises(submission.NotReady) as refused:
        submission.submit(token, person=saudi_focal_point, arrived_at=held.at)
    assert len(refused.value.problems) == 1


def test_nothing_is_submitted_to_a_meeting_not_yet_announced(dg, saudi_focal_point, held):
    register = factories.make_register(dg, 9, announced=False)
    draft = drafts.make_draft(dg, register, by=saudi_focal_point)
    token = drafts.token_for(draft, saudi_focal_point)
    with drafts.nothing_changes(draft), pytest.raises(submission.NotReady):
        submission.submit(token, person=saudi_focal_point, arrived_at=held.at)


def test_a_discarded_draft_is_not_submitted(draft, saudi_focal_point, held):
    token = drafts.token_for(draft, saudi_focal_point)
    drafting.discard(draft.pk, rights=rights_of(saudi_focal_point), at=held.at)
    with drafts.nothing_changes(draft), pytest.raises(drafting.NotOpen):
        submission.submit(token, person=saudi_focal_point, arrived_at=held.at)
