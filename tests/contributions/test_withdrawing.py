"""A request that the secretariat answered in a party's name is open again when that paper is withdrawn; no other is."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from contributions import drafting, withdrawing
from contributions.models import Contribution
from cwg.documents import objections
from cwg.documents.models import Document, Register, Slot
from cwg.members.models import Person
from cwg.members.rights import rights_of
from cwg.record import jobs
from cwg.record.models import JournalEntry
from meetings import acts, convening, journal_names, requests
from meetings.models import Addressee, Meeting, Standing
from tests import drafts, factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting(held, dg) -> Meeting:
    """Opened an hour ago: the deadline passed yesterday."""
    return factories.make_meeting(dg, opens_at=held.at - timedelta(hours=1))


@pytest.fixture
def register(meeting) -> Register:
    return meeting.register


@pytest.fixture
def asked(meeting, secretary) -> Addressee:
    made = requests.record(
        meeting,
        addressees=[factories.make_state("SAU")],
        item="4",
        wording="An inventory of activities",
        actor=secretary,
    )
    return made.addressees.shown().get()


def answer(asked: Addressee, by: Person, title: str = "An inventory", **fields) -> Document:
    register = Register.objects.select_related("group").get()
    draft = drafts.make_draft(register.group, register, by=by, title=title, slot=asked.slot, **fields)
    receipt = drafts.submit(draft, by).receipt
    assert receipt is not None and receipt.revision.verdict == "requested_in_session"
    return Document.objects.for_list().get(title=title)


@pytest.fixture
def filed(asked, secretary) -> Document:
    """The secretariat's paper in the State's name; it has used the request."""
    document = answer(asked, secretary, received=drafts.LETTER)
    assert standing(asked) is Standing.ANSWERED
    return document


def standing(asked: Addressee) -> Standing:
    return Addressee.objects.shown().get(pk=asked.pk).standing_at(asked.request.recorded_at)


def withdraw(document: Document, by: Person) -> None:
    withdrawing.withdraw(document, rights=rights_of(by), reason="Not theirs")


def test_the_state_answers_itself_after_its_objection_and_the_secretariats_withdrawal(
    asked, filed, secretary, saudi_focal_point, register
):
    objections.make(filed, rights=rights_of(saudi_focal_point), reason="We sent no such paper")
    withdraw(filed, secretary)
    assert standing(asked) is Standing.AWAITED
    assert drafts.faults() == []
    entry = JournalEntry.objects.get(act="withdrawn")
    assert entry.facts["reopens"] == asked.slot_id
    said = acts.sentence(entry, journal_names.names_in([entry]))
    assert "the request of the Group that it answered is open again" in said
    own = answer(asked, saudi_focal_point, "Our own")
    assert standing(asked) is Standing.ANSWERED
    assert Slot.objects.get().document == own
    # The paper that is withdrawn was excused by the request all the same.
    assert filed.original.slot_id == own.original.slot_id == asked.slot_id
    assert drafts.faults() == []


def test_a_state_that_objected_withdraws_it_itself_and_answers(asked, filed, saudi_focal_point):
    objections.make(filed, rights=rights_of(saudi_focal_point), reason="We sent no such paper")
    withdraw(filed, saudi_focal_point)
    assert standing(asked) is Standing.AWAITED
    answer(asked, saudi_focal_point, "Our own")
    assert drafts.faults() == []


def stays_used(asked: Addressee, document: Document, by: Person) -> None:
    """Withdrawn by that person, the document has used the request all the same."""
    before = Slot.objects.values().get()
    withdraw(document, by)
    assert Document.objects.get(pk=document.pk).is_withdrawn
    assert Slot.objects.values().get() == before and before["document_id"] == document.pk
    assert "reopens" not in JournalEntry.objects.get(act="withdrawn").facts
    assert standing(asked) is Standing.ANSWERED
    assert drafts.faults() == []


def test_a_state_that_sent_its_paper_itself_regains_nothing_by_withdrawing(asked, saudi_focal_point):
    stays_used(asked, answer(asked, saudi_focal_point), saudi_focal_point)


def test_a_state_that_did_not_object_or_took_that_back_regains_nothing(asked, filed, saudi_focal_point):
    rights = rights_of(saudi_focal_point)
    objections.make(filed, rights=rights, reason="We sent no such paper")
    objections.lift(filed, rights=rights)
    stays_used(asked, filed, saudi_focal_point)


def test_a_state_that_made_the_paper_its_own_regains_nothing(dg, held, secretary, saudi_focal_point):
    register = factories.make_register(dg)  # before its deadline: a Rev. is not excused by a request
    slot = drafts.make_slot(register)
    drafts.submit(drafts.make_draft(dg, register, by=secretary, slot=slot, received=drafts.LETTER), secretary)
    filed = Document.objects.for_list().get()
    change = drafting.begin_change(filed, "rev", rights=rights_of(saudi_focal_point), at=held.at)
    drafts.put_file(change, saudi_focal_point, text="As we want it")
    assert drafts.submit(change, saudi_focal_point).receipt is not None
    objections.make(filed, rights=rights_of(saudi_focal_point), reason="All the same")
    withdraw(filed, saudi_focal_point)
    slot.refresh_from_db()
    assert slot.document == filed
    assert "reopens" not in JournalEntry.objects.get(act="withdrawn").facts
    assert drafts.faults() == []


def test_nothing_is_open_again_after_the_meeting_has_closed(asked, filed, meeting, secretary):
    convening.close(meeting, actor=secretary)
    stays_used(asked, filed, secretary)


# --- Told -----------------------------------------------------------------------------------------------------------


def mail_of_the_withdrawal(person: Person) -> str:
    jobs.run("notices")
    (message,) = [m for m in mail.outbox if m.to == [person.email] and "withdrawn by" in m.subject]
    return " ".join(message.body.split())


def test_the_mail_says_that_the_request_is_open_again(filed, secretary, saudi_focal_point):
    withdraw(filed, secretary)
    body = mail_of_the_withdrawal(saudi_focal_point)
    assert "The request of the Group that DG-2/1 answered is open again" in body
    assert "An inventory of activities" in body


def test_the_mail_says_nothing_of_a_request_that_is_answered_before_it_leaves(
    asked, filed, secretary, saudi_focal_point
):
    withdraw(filed, secretary)
    answer(asked, saudi_focal_point, "Our own")
    assert "open again" not in mail_of_the_withdrawal(saudi_focal_point)


def test_the_withdrawal_page_says_what_becomes_of_the_request(filed, secretary, saudi_focal_point, client_of):
    url = reverse("contributions:withdraw", args=[filed.pk])
    object_first = reverse("documents:objection", args=[filed.path])
    again, not_again = "answers will be open again", "answers will not be open again"
    assert again in client_of(secretary).get(url).content.decode()
    page = client_of(saudi_focal_point).get(url).content.decode()
    assert not_again in page and object_first in page
    objections.make(filed, rights=rights_of(saudi_focal_point), reason="We sent no such paper")
    page = client_of(saudi_focal_point).get(url).content.decode()
    assert again in page and object_first not in page


def test_of_a_states_own_answer_the_page_offers_no_way_back(asked, saudi_focal_point, client_of):
    own = answer(asked, saudi_focal_point)
    page = client_of(saudi_focal_point).get(reverse("contributions:withdraw", args=[own.pk])).content.decode()
    assert "answers will not be open again" in page and "object to it" not in page


def test_the_secretariat_is_told_before_it_files_that_the_request_excuses_one_document(
    asked, register, secretary, client_of
):
    excuses = "The request excuses one late document of Saudi Arabia, and no more."
    client = client_of(secretary)
    url = f"{reverse('contributions:for')}?meeting={register.slug}"
    assert excuses in client.get(f"{url}&slot={asked.slot_id}").content.decode()
    assert excuses not in client.get(f"{url}&party=SAU").content.decode()
    assert not Contribution.objects.exists()
    draft = drafts.make_draft(register.group, register, by=secretary, slot=asked.slot, received=drafts.LETTER)
    assert excuses in client.get(reverse("contributions:preview", args=[draft.pk])).content.decode()
