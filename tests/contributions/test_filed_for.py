"""The secretariat begins a paper that others hand it: for whom, how it came, and the letter that is kept with it."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from contributions import letters, previewing, submission
from contributions.models import Contribution
from contributions.received import CannotHaveCome, Received
from cwg.documents import filed_for
from cwg.documents.kinds import Kind
from cwg.documents.models import CameBy, Document, Register
from cwg.members.models import Office, Role
from cwg.members.parties import NotEntitled, Party
from cwg.members.rights import rights_of
from tests import drafts, factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(dg, register, secretary) -> Contribution:
    return drafts.make_draft(dg, register, by=secretary, received=drafts.LETTER)


# --- Begun ----------------------------------------------------------------------------------------------------------


def test_the_secretariat_begins_a_draft_in_a_states_name(draft, secretary):
    assert (draft.party.code, draft.filed_for_another, draft.came_by) == ("SAU", True, CameBy.LETTER)
    assert draft.created_by == secretary


@pytest.mark.parametrize(
    "who", ["saudi_focal_point", "saudi_delegate", "chair", "bureau", "auditor", "nobody"]
)
def test_nobody_else_files_for_another(dg, register, who, request):
    person = request.getfixturevalue(who)
    with pytest.raises(NotEntitled):
        drafts.make_draft(dg, register, by=person, received=drafts.LETTER)
    assert not Contribution.objects.exists()


def test_the_secretariat_of_another_group_files_nothing_here(dg, register, secretary):
    elsewhere = factories.make_register(factories.make_group("ELSEWHERE"))
    with pytest.raises(NotEntitled):
        drafts.make_draft(elsewhere.group, elsewhere, by=secretary, received=drafts.LETTER)
    with pytest.raises(NotEntitled):
        drafts.make_draft(dg, register, by=secretary)  # in the State's name, as if it were the State
    assert not Contribution.objects.exists()


@pytest.mark.parametrize(
    ("received", "field"),
    [
        (Received(), "came_by"),
        (Received(CameBy.EMAIL), "dated"),
        (Received("", date(2026, 2, 20)), "came_by"),
        (Received(CameBy.LETTER, factories.NOW.date() + timedelta(days=1)), "dated"),
        (Received(CameBy.LETTER, factories.NOW.date() - timedelta(days=732)), "dated"),
        (Received(CameBy.LETTER, date(1, 1, 1)), "dated"),
    ],
)
def test_of_a_states_paper_it_is_said_how_and_when_it_came(dg, register, secretary, received, field):
    with pytest.raises(CannotHaveCome) as refused:
        drafts.make_draft(dg, register, by=secretary, received=received)
    assert refused.value.field == field
    assert not Contribution.objects.exists()


@pytest.mark.parametrize("days", [0, 731])
def test_a_letter_of_today_has_come_and_one_of_two_years_ago_too(dg, register, secretary, days):
    came = Received(CameBy.BY_HAND, factories.NOW.date() - timedelta(days=days))
    assert drafts.make_draft(dg, register, by=secretary, received=came).dated == came.dated


def test_an_offices_paper_may_come_without_a_word(dg, register, secretary):
    office = factories.make_office(Office.Kind.CHAIR)
    draft = drafts.make_draft(
        dg, register, by=secretary, office=office, kind=Kind.CHAIR_PROPOSAL, received=Received()
    )
    draft.letters.all().delete()
    assert previewing.preview(previewing.load(draft.pk), person=secretary).ready
    revision = drafts.submit(draft, secretary).receipt.revision
    assert filed_for.text_of(revision) == f"Filed by the secretariat for: {office.name}"
    assert drafts.faults() == []


def test_what_a_party_does_not_file_is_not_filed_for_it(dg, register, secretary):
    with pytest.raises(ValueError):
        drafts.make_draft(dg, register, by=secretary, kind=Kind.REPORT, received=drafts.LETTER)


def test_the_database_refuses_a_states_paper_that_came_by_nothing(draft):
    with pytest.raises(IntegrityError, match="a_paper_of_a_state_says"), transaction.atomic():
        Contribution.objects.filter(pk=draft.pk).update(dated=None)
    with pytest.raises(IntegrityError, match="only_what_is_filed"), transaction.atomic():
        Contribution.objects.filter(pk=draft.pk).update(filed_for_another=False)


# --- The letter -----------------------------------------------------------------------------------------------------


def test_a_states_paper_is_not_ready_without_its_letter(draft, secretary):
    assert previewing.preview(previewing.load(draft.pk), person=secretary).ready
    letters.remove(draft.pk, draft.letters.get().pk, rights=rights_of(secretary), at=factories.NOW)
    prepared = previewing.preview(previewing.load(draft.pk), person=secretary)
    assert [str(problem) for problem in prepared.problems] == ["The letter by which it came is missing."]
    before = drafts.registered()
    with pytest.raises(submission.NotReady):
        drafts.submit(draft, secretary)
    assert drafts.registered() == before


def test_a_letter_that_changed_is_previewed_again(draft, secretary):
    token = drafts.token_for(draft, secretary)
    drafts.put_letter(draft, secretary, text="Another page")
    with pytest.raises(submission.DraftChanged):
        submission.submit(token, person=secretary, arrived_at=factories.NOW)
    assert not Document.objects.exists()


def test_a_letter_is_taken_in_through_the_same_door_and_handed_out_to_the_secretariat(
    draft, secretary, client_of
):
    client, url = client_of(secretary), reverse("contributions:upload-letter", args=[draft.pk])
    content = factories.pdf_bytes("A second page")
    answer = client.post(
        url, {"file": SimpleUploadedFile("page 2.pdf", content)}, headers={"accept": "application/json"}
    )
    assert answer.status_code == 201 and "page 2.pdf" in answer.json()["html"]
    kept = draft.letters.get(name="page 2.pdf")
    got = client.get(reverse("contributions:draft-letter", args=[draft.pk, kept.pk]))
    assert b"".join(got.streaming_content) == content
    refused = client.post(url, {"file": SimpleUploadedFile("letter.pdf", b"no PDF at all")})
    assert refused.status_code == 422 and "The file was not accepted" in refused.content.decode()
    assert draft.letters.count() == 2
    removed = client.post(reverse("contributions:remove-letter", args=[draft.pk, kept.pk]))
    assert removed.status_code == 302 and draft.letters.count() == 1


def test_a_draft_that_its_party_writes_has_no_letter(dg, register, saudi_delegate, client_of, now):
    own = drafts.make_draft(dg, register, by=saudi_delegate)
    client = client_of(saudi_delegate)
    for name in ("upload-letter", "received"):
        assert client.post(reverse(f"contributions:{name}", args=[own.pk])).status_code == 404
    with pytest.raises(NotEntitled):
        letters.correct(own.pk, drafts.LETTER, rights=rights_of(saudi_delegate), at=now)
    assert not own.letters.exists()


def test_how_it_came_is_corrected_while_it_is_a_draft(draft, secretary, client_of):
    client, url = client_of(secretary), reverse("contributions:received", args=[draft.pk])
    assert client.post(url, {"came_by": "email", "dated": ""}).status_code == 422
    draft.refresh_from_db()
    assert draft.came_by == CameBy.LETTER
    assert client.post(url, {"came_by": "email", "dated": "2026-02-21"}).status_code == 302
    draft.refresh_from_db()
    assert (draft.came_by, draft.dated) == (CameBy.EMAIL, date(2026, 2, 21))
    assert client.post(url, {"came_by": "email", "dated": "2026-03-09"}).status_code == 422


# --- Where it begins ------------------------------------------------------------------------------------------------


def test_the_page_asks_for_whom_and_how_it_came(dg, register, secretary, client_of):
    client, url = client_of(secretary), reverse("contributions:for")
    assert client.get(f"{url}?meeting={register.slug}&party=SAU").status_code == 200
    factories.make_state("SAU")
    sent = {"party_code": "SAU", "register": register.pk, "came_by": "", "dated": ""}
    answer = client.post(url, sent)
    assert (
        answer.status_code == 422 and "Say how the paper of a Member State came." in answer.content.decode()
    )
    assert not Contribution.objects.exists()
    answer = client.post(url, sent | {"came_by": "letter", "dated": "2026-02-20"})
    draft = Contribution.objects.get()
    assert answer.url == draft.get_absolute_url()
    assert draft.party == Party(dg, factories.make_state("SAU")) and draft.register == register
    page = client.get(answer.url).content.decode()
    assert drafts.LETTER_MARK in page and "Saudi Arabia has no focal point in this group" in page


def test_the_page_says_nothing_of_nobody_being_told_where_there_is_a_focal_point(
    draft, secretary, saudi_focal_point, client_of
):
    client = client_of(secretary)
    for name in ("contribution", "preview"):
        page = client.get(reverse(f"contributions:{name}", args=[draft.pk])).content.decode()
        assert "has no focal point" not in page
    assert "The focal points of Saudi Arabia are told at once." in page


def test_the_answer_of_whoever_was_asked_is_filed_from_the_request(dg, register, secretary, client_of):
    slot = drafts.make_slot(register)
    client = client_of(secretary)
    query = f"?meeting={register.slug}&slot={slot.pk}"
    redirected = client.get(reverse("contributions:new") + query)
    assert redirected.url == reverse("contributions:for") + query
    answer = client.post(redirected.url, {"came_by": "email", "dated": "2026-02-20"})
    assert answer.status_code == 302 and Contribution.objects.get().slot == slot


def test_a_closed_meeting_takes_no_delegations_paper(dg, register, secretary, client_of, held):
    factories.make_state("SAU")
    Register.objects.filter(pk=register.pk).update(opened_at=held.at, closed_at=held.at)
    url = f"{reverse('contributions:for')}?meeting={register.slug}"
    sent = {"register": register.pk, "came_by": "letter", "dated": "2026-02-20"}
    client = client_of(secretary)
    refused = client.post(url, sent | {"party_code": "SAU"})
    assert refused.status_code == 422
    assert "That meeting takes no new document of Saudi Arabia." in refused.content.decode()
    factories.make_office(Office.Kind.CHAIR)
    assert client.post(url, sent | {"party_code": "chair"}).status_code == 302


@pytest.mark.parametrize("who", ["saudi_focal_point", "chair", "auditor", "nobody", "administrator"])
def test_who_is_in_no_secretariat_has_no_such_page(who, register, request, client_of):
    client = client_of(request.getfixturevalue(who))
    url = reverse("contributions:for")
    assert client.get(url).status_code == 404
    assert client.post(url, {"party_code": "SAU"}).status_code == 404


def test_a_secretariat_of_two_groups_says_for_which(dg, register, secretary, client_of):
    elsewhere = factories.make_group("ELSEWHERE")
    factories.accredit(secretary, elsewhere, Role.SECRETARIAT, office=factories.make_office())
    client, url = client_of(secretary), reverse("contributions:for")
    assert "?group=elsewhere" in client.get(url).content.decode()
    assert client.get(f"{url}?group=elsewhere").context["filer"].group == elsewhere
    assert client.get(f"{url}?meeting={register.slug}").context["filer"].group == dg
    assert client.get(f"{url}?group=another").status_code == 404


@pytest.mark.parametrize(
    ("said", "chosen"), [("letter", "letter"), ("email", "email"), ("pigeon", ""), ("", "")]
)
def test_the_link_of_a_paper_that_came_by_letter_chooses_the_letter(
    client_of, secretary, register, said, chosen
):
    page = client_of(secretary).get(reverse("contributions:for"), {"party": "SAU", "came_by": said})
    assert page.context["form"]["came_by"].value() == chosen


def test_the_page_of_a_states_people_says_in_its_link_that_it_came_by_letter(
    client_of, secretary, register, saudi_focal_point
):
    page = client_of(secretary).get(reverse("members:state-people", args=["sau"])).content.decode()
    assert "party=SAU&amp;came_by=letter" in page
