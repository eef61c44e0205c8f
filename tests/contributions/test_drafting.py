"""Drafting: two who edit at once lose nothing, only the own party touches a draft, what is closed stays closed."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from contributions import draft_files, drafting, held_over
from contributions.models import Contribution
from cwg.documents.kinds import Kind
from cwg.members.models import Office, Role
from cwg.members.parties import NotEntitled, Party
from cwg.members.rights import rights_of
from cwg.notices.models import Event
from tests import drafts, factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def register(dg, held):
    return factories.make_register(dg)


@pytest.fixture
def draft(dg, register, saudi_delegate) -> Contribution:
    return drafts.make_draft(dg, register, by=saudi_delegate)


def edit(draft, person, at, title="New words", edition=None, **fields):
    return drafting.edit(
        draft.pk,
        drafts.wording(fields.pop("register", draft.register), title, **fields),
        edition=draft.edition if edition is None else edition,
        rights=rights_of(person),
        at=at,
    )


# --- Beginning ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "who", ["syrian_focal_point", "secretary", "chair", "auditor", "administrator", "nobody"]
)
def test_nobody_begins_a_draft_for_another_party(dg, register, who, request):
    person = request.getfixturevalue(who)
    with pytest.raises(NotEntitled):
        drafts.make_draft(dg, register, by=person, state="SAU")
    assert not Contribution.objects.exists()


def test_an_accreditation_to_one_group_begins_nothing_in_another(register, saudi_delegate):
    other = factories.make_group("CWG-INTERNET")
    with pytest.raises(NotEntitled):
        drafts.make_draft(other, None, by=saudi_delegate)


def test_a_delegation_files_contributions_and_nothing_else(dg, register, saudi_delegate):
    with pytest.raises(ValueError):
        drafts.make_draft(dg, register, by=saudi_delegate, kind=Kind.REPORT)
    assert not Contribution.objects.exists()


def test_a_bureau_files_its_own_kinds(dg, register, bureau):
    office = Office.objects.get(kind=Office.Kind.BUREAU)
    draft = drafts.make_draft(dg, register, by=bureau, office=office, kind=Kind.BUREAU_REPORT)
    assert draft.party == Party(dg, office=office)


def test_the_secretariat_files_for_an_invited_body_that_is_not_there(dg, register, secretary):
    gac = factories.make_office(Office.Kind.INVITED, "gac", "Governmental Advisory Committee")
    draft = drafts.make_draft(dg, register, by=secretary, office=gac, kind=Kind.INFORMATION)
    assert drafts.submit(draft, secretary).receipt.revision.symbol == "DG-2/INF/1"


def test_a_draft_goes_to_no_meeting_of_another_group(dg, draft, saudi_delegate, held):
    elsewhere = factories.make_register(factories.make_group("CWG-INTERNET"), 11)
    with pytest.raises(ValueError):
        drafts.make_draft(dg, elsewhere, by=saudi_delegate)
    before = drafts.as_it_stands(draft)
    with pytest.raises(ValueError):
        edit(draft, saudi_delegate, held.at, register=elsewhere)
    assert drafts.as_it_stands(draft) == before


# --- Editing --------------------------------------------------------------------------------------------------------


def test_an_edit_takes_the_words_and_raises_the_edition(draft, saudi_focal_point, held):
    edit(draft, saudi_focal_point, held.forward(minutes=1), summary="What it says")
    edition = draft.edition
    draft.refresh_from_db()
    assert (draft.title, draft.summary) == ("New words", "What it says")
    assert (draft.edition, draft.changed_by, draft.changed_at) == (edition + 1, saudi_focal_point, held.at)


def test_the_second_of_two_editors_is_told_and_the_first_ones_words_stay(
    draft, saudi_delegate, saudi_focal_point, held
):
    edit(draft, saudi_focal_point, held.at, "Theirs")
    before = drafts.as_it_stands(draft)
    with pytest.raises(drafting.EditConflict) as conflict:
        edit(draft, saudi_delegate, held.at, "Mine")
    assert conflict.value.current.title == "Theirs"
    assert drafts.as_it_stands(draft) == before


def test_a_file_that_came_meanwhile_is_a_conflict_for_who_does_not_say_what_words_were_seen(
    draft, saudi_delegate, held
):
    drafts.put_file(draft, saudi_delegate, text="Another file")
    with pytest.raises(drafting.EditConflict):
        edit(draft, saudi_delegate, held.at)


def test_a_file_that_came_while_somebody_wrote_keeps_nobody_from_keeping_their_words(
    client_of, draft, saudi_delegate, held
):
    client, url = client_of(saudi_delegate), reverse("contributions:contribution", args=[draft.pk])
    form = client.get(url).context["form"]
    words = {name: form.initial[name] for name in ("kind", "title", "original_languages", "edition", "seen")}
    drafts.put_file(draft, saudi_delegate, text="Another file")
    answer = client.post(url, words | {"register": draft.register_id, "summary": "Written meanwhile"})
    assert answer.status_code == 302
    draft.refresh_from_db()
    assert draft.summary == "Written meanwhile"
    # The words have changed now: the same page sent again is a conflict, and nothing is overwritten.
    assert client.post(url, words | {"register": draft.register_id, "summary": "Too old"}).status_code == 409
    draft.refresh_from_db()
    assert draft.summary == "Written meanwhile"


@pytest.mark.parametrize(
    "who", ["syrian_focal_point", "secretary", "chair", "auditor", "administrator", "nobody"]
)
def test_nobody_else_edits_attaches_removes_discards_or_asks(draft, who, held, request):
    person = request.getfixturevalue(who)
    rights, before = rights_of(person), drafts.as_it_stands(draft)
    upload = SimpleUploadedFile("a.pdf", factories.pdf_bytes())
    for act in (
        lambda: edit(draft, person, held.at),
        lambda: draft_files.attach(draft.pk, upload, language="en", rights=rights, at=held.at),
        lambda: draft_files.remove_file(draft.pk, draft.files.get().pk, rights=rights, at=held.at),
        lambda: drafting.discard(draft.pk, rights=rights, at=held.at),
        lambda: drafting.take_back(draft.pk, rights=rights, at=held.at),
        lambda: drafting.ask_to_submit(draft.pk, rights=rights, at=held.at),
    ):
        with pytest.raises(NotEntitled):
            act()
    assert drafts.as_it_stands(draft) == before
    assert not Event.objects.exists()


def test_a_submitted_draft_is_not_edited_any_more(draft, saudi_focal_point, held):
    drafts.submit(draft, saudi_focal_point)
    rights, before = rights_of(saudi_focal_point), drafts.as_it_stands(draft)
    upload = SimpleUploadedFile("a.pdf", factories.pdf_bytes("Other"))
    for act in (
        lambda: edit(draft, saudi_focal_point, held.at),
        lambda: draft_files.attach(draft.pk, upload, language="en", rights=rights, at=held.at),
        lambda: draft_files.remove_file(draft.pk, draft.files.get().pk, rights=rights, at=held.at),
        lambda: drafting.discard(draft.pk, rights=rights, at=held.at),
        lambda: drafting.take_back(draft.pk, rights=rights, at=held.at),
        lambda: drafting.ask_to_submit(draft.pk, rights=rights, at=held.at),
        lambda: held_over.hold(draft.pk, rights=rights, at=held.at),
    ):
        with pytest.raises(drafting.NotOpen):
            act()
    assert drafts.as_it_stands(draft) == before


def test_another_meeting_lets_go_of_the_request_the_draft_answered(dg, register, saudi_delegate, held):
    slot = drafts.make_slot(register)
    draft = drafts.make_draft(dg, register, by=saudi_delegate, slot=slot)
    edit(draft, saudi_delegate, held.at, register=factories.make_register(dg, 3))
    draft.refresh_from_db()
    assert draft.slot is None


def test_a_change_keeps_its_meeting_and_kind_whatever_is_sent(dg, draft, saudi_focal_point, held):
    document = drafts.submit(draft, saudi_focal_point).receipt.revision.document
    change = drafting.begin_change(document, "rev", rights=rights_of(saudi_focal_point), at=held.at)
    edit(
        change,
        saudi_focal_point,
        held.at,
        register=factories.make_register(dg, 3),
        kind=Kind.CONTRIBUTION_INFORMATION,
    )
    change.refresh_from_db()
    assert (change.register, change.kind) == (document.register, document.kind)


# --- Putting aside, asking --------------------------------------------------------------------------------------------


def test_what_was_put_aside_comes_back_with_everything(draft, saudi_delegate, held):
    before = drafts.as_it_stands(draft)
    drafting.discard(draft.pk, rights=rights_of(saudi_delegate), at=held.at)
    drafting.take_back(draft.pk, rights=rights_of(saudi_delegate), at=held.at)
    after = drafts.as_it_stands(draft)
    assert after["files"] == before["files"]
    assert after["draft"]["status"] == "draft"


def test_asking_tells_the_focal_points_once_for_each_edition(draft, saudi_delegate, saudi_focal_point, held):
    for _ in range(2):
        drafting.ask_to_submit(draft.pk, rights=rights_of(saudi_delegate), at=held.at)
    draft.refresh_from_db()
    assert draft.asked_by == saudi_delegate
    assert Event.objects.filter(kind="submission_asked").count() == 1


def test_a_delegation_without_a_focal_point_asks_nobody(draft, saudi_delegate, syrian_focal_point, held):
    before = drafts.as_it_stands(draft)
    with pytest.raises(drafting.NobodySubmits):
        drafting.ask_to_submit(draft.pk, rights=rights_of(saudi_delegate), at=held.at)
    assert drafts.as_it_stands(draft) == before
    assert not Event.objects.filter(kind="submission_asked").exists()


def test_an_office_has_no_focal_point_to_ask(dg, register, secretary, held):
    office = Office.objects.get(kind=Office.Kind.SECRETARIAT)
    draft = drafts.make_draft(dg, register, by=secretary, office=office, kind=Kind.INFORMATION)
    with pytest.raises(NotEntitled):
        drafting.ask_to_submit(draft.pk, rights=rights_of(secretary), at=held.at)


# --- Who sees what ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "who", ["syrian_focal_point", "secretary", "chair", "auditor", "administrator", "nobody", "bureau"]
)
def test_a_draft_is_visible_to_its_own_delegation_only(draft, who, request):
    rights = rights_of(request.getfixturevalue(who))
    assert not Contribution.objects.visible_to(rights).exists()
    assert not Contribution.objects.worked_for_by(rights).exists()


def test_a_delegate_of_the_same_state_in_another_group_does_not_see_it(draft):
    elsewhere = factories.accredit(
        "other.sau@test.example", factories.make_group("CWG-INTERNET"), Role.FOCAL_POINT, "SAU"
    ).person
    assert not Contribution.objects.visible_to(rights_of(elsewhere)).exists()
