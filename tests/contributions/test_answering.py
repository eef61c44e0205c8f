"""A draft says which request of the Group it answers; a dated one is linked as the document is registered."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from contributions import answering, drafting, held_over, submission
from contributions.models import Contribution
from cwg.documents.models import Document, Register
from cwg.members.models import Office, Role
from cwg.members.parties import NotEntitled
from cwg.members.rights import rights_of
from cwg.record.models import JournalEntry
from meetings import answers, requests
from meetings.models import Addressee, Meeting
from tests import drafts, factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def in_session(held, dg) -> Meeting:
    return factories.make_meeting(dg, 3, opens_at=held.at - timedelta(hours=1))


@pytest.fixture
def register(held, dg) -> Register:
    """Of the next meeting: its deadline is ahead."""
    return factories.make_meeting(dg, 4, opens_at=held.at + timedelta(days=20)).register


@pytest.fixture
def asked(in_session, secretary) -> Addressee:
    """Saudi Arabia, of two."""
    made = factories.ask_for_reports(in_session, secretary)
    return made.addressees.shown().get(state__iso3="SAU")


@pytest.fixture
def draft(dg, register, asked, saudi_focal_point) -> Contribution:
    made = drafts.make_draft(dg, register, by=saudi_focal_point)
    return answering.answer_request(
        made.pk, asked, rights=rights_of(saudi_focal_point), at=register.opens_at - timedelta(days=20)
    )


def fresh(asked: Addressee) -> Addressee:
    return Addressee.objects.shown().get(pk=asked.pk)


# --- As it is registered ----------------------------------------------------------------------------------------------


def test_registering_links_the_document_in_the_chain_of_its_own_register(
    held, draft, asked, register, saudi_focal_point
):
    outcome = drafts.submit(draft, saudi_focal_point)
    document = outcome.receipt.revision.document
    one = fresh(asked)
    assert (one.answer, one.linked_at, one.linked_by) == (document, held.at, saudi_focal_point)
    assert outcome.passed_over is None
    entry = JournalEntry.objects.get(act="request_answered")
    assert entry.chain == register.chain
    assert (entry.facts["symbol"], entry.facts["addressee"]) == ("DG-4/1", asked.party.record)
    assert not Addressee.objects.exclude(pk=asked.pk).filter(document__isnull=False).exists()
    assert drafts.faults() == []


def test_a_dated_request_excuses_from_no_deadline(held, draft, asked, register, saudi_focal_point):
    held.move_to(register.opens_at - timedelta(hours=23))
    outcome = drafts.submit(draft, saudi_focal_point)
    assert outcome.receipt is None
    assert fresh(asked).answer is None
    assert not JournalEntry.objects.filter(act="request_answered").exists()
    held_back = held_over.hold(draft.pk, rights=rights_of(saudi_focal_point), at=held.at)
    assert held_back.answers == asked  # and answers it at the meeting for which it is held


@pytest.mark.parametrize("fate", ["withdrawn", "answered"])
def test_a_request_that_is_gone_holds_no_document_up(
    dg, draft, asked, register, saudi_focal_point, secretary, fate
):
    token = drafts.token_for(draft, saudi_focal_point)
    if fate == "withdrawn":
        requests.withdraw(asked.request, addressee=asked, actor=secretary, reason="Not needed")
        before = None
    else:
        before = factories.make_document(register, "Another report")
        answers.link(asked, before, actor=secretary)
    linked = JournalEntry.objects.filter(act="request_answered").count()
    outcome = submission.submit(token, person=saudi_focal_point, arrived_at=register.opens_at)
    assert outcome.receipt is not None
    assert outcome.passed_over == asked
    assert fresh(asked).answer == before
    assert JournalEntry.objects.filter(act="request_answered").count() == linked
    assert drafts.faults() == []


def test_submitting_twice_links_once(draft, asked, saudi_focal_point):
    token = drafts.token_for(draft, saudi_focal_point)
    for _ in range(2):
        submission.submit(token, person=saudi_focal_point, arrived_at=draft.created_at)
    assert JournalEntry.objects.filter(act="request_answered").count() == 1
    assert Document.objects.count() == 1


def test_what_a_draft_answers_is_part_of_what_was_previewed(draft, saudi_focal_point, held):
    token = drafts.token_for(draft, saudi_focal_point)
    answering.answer_nothing(draft.pk, rights=rights_of(saudi_focal_point), at=held.at)
    with pytest.raises(submission.DraftChanged):
        submission.submit(token, person=saudi_focal_point, arrived_at=held.at)
    assert not Document.objects.exists()


def test_a_revision_of_the_answer_stays_the_answer(draft, asked, saudi_focal_point, held):
    document = drafts.submit(draft, saudi_focal_point).receipt.revision.document
    change = drafting.begin_change(document, "rev", rights=rights_of(saudi_focal_point), at=held.at)
    assert change.answers is None and list(change.open_requests) == []
    drafts.put_file(change, saudi_focal_point, language="en", text="Better")
    drafts.submit(change, saudi_focal_point)
    assert fresh(asked).answer == document
    assert JournalEntry.objects.filter(act="request_answered").count() == 1


# --- Saying so --------------------------------------------------------------------------------------------------------


def test_a_draft_answers_one_request_at_a_time(dg, in_session, asked, secretary, saudi_focal_point, held):
    rights = rights_of(saudi_focal_point)
    slot = requests.record(
        in_session, addressees=[factories.make_state("SAU")], item="5", wording="A list", actor=secretary
    )
    slot = slot.addressees.get().slot
    made = drafts.make_draft(dg, in_session.register, by=saudi_focal_point, slot=slot)
    changed = answering.answer_request(made.pk, asked, rights=rights, at=held.at)
    assert (changed.answers, changed.slot) == (asked, None)
    changed = answering.use_slot(made.pk, slot, rights=rights, at=held.at)
    assert (changed.answers, changed.slot) == (None, slot)
    changed = answering.answer_nothing(made.pk, rights=rights, at=held.at)
    assert (changed.answers, changed.slot) == (None, None)


@pytest.mark.parametrize("wrong", ["of another State", "withdrawn", "of another group", "with a slot"])
def test_a_request_that_is_not_the_partys_to_answer_is_refused(
    dg, in_session, register, asked, secretary, saudi_focal_point, held, wrong
):
    made = drafts.make_draft(dg, register, by=saudi_focal_point)
    if wrong == "of another State":
        asked = asked.request.addressees.shown().get(state__iso3="SYR")
    elif wrong == "withdrawn":
        requests.withdraw(asked.request, actor=secretary, reason="Not needed")
    elif wrong == "of another group":
        elsewhere = factories.make_meeting(factories.make_group("ELSEWHERE"), opens_at=held.at)
        asked.request.meeting_id = elsewhere.pk
        asked.request.save()
    else:
        asked = requests.record(
            in_session, addressees=[factories.make_state("SAU")], item="5", wording="A list", actor=secretary
        ).addressees.get()
    before = drafts.as_it_stands(made)
    with pytest.raises(answers.CannotLink):
        answering.answer_request(made.pk, asked, rights=rights_of(saudi_focal_point), at=held.at)
    assert drafts.as_it_stands(made) == before
    with pytest.raises(answers.CannotLink):
        drafting.begin(
            rights=rights_of(saudi_focal_point),
            at=held.at,
            party=made.party,
            wording=drafts.wording(register),
            answers=asked,
        )
    assert Contribution.objects.count() == 1


def test_nobody_else_says_what_a_draft_answers(draft, asked, syrian_focal_point, secretary, held):
    before = drafts.as_it_stands(draft)
    for person in (syrian_focal_point, secretary):
        with pytest.raises(NotEntitled):
            answering.answer_request(draft.pk, asked, rights=rights_of(person), at=held.at)
        with pytest.raises(NotEntitled):
            answering.answer_nothing(draft.pk, rights=rights_of(person), at=held.at)
    assert drafts.as_it_stands(draft) == before


def test_another_meeting_keeps_the_dated_request(dg, draft, asked, saudi_focal_point, held):
    other = factories.make_meeting(dg, 5, opens_at=held.at + timedelta(days=60)).register
    changed = drafting.edit(
        draft.pk,
        drafts.wording(other),
        edition=draft.edition,
        rights=rights_of(saudi_focal_point),
        at=held.at,
    )
    assert (changed.register, changed.answers) == (other, asked)


# --- Pages ------------------------------------------------------------------------------------------------------------


def test_the_page_of_a_request_begins_the_draft_that_answers_it(
    client_of, asked, register, saudi_delegate, syrian_delegate, nobody
):
    url = f"{reverse('contributions:new')}?request={asked.pk}"
    client = client_of(saudi_delegate)
    assert f"request={asked.pk}" in client.get(asked.request.get_absolute_url()).content.decode()
    page = client.get(url).content.decode()
    assert "Reports on activities" in page and "apply all the same" in page
    data = {
        "register": register.pk,
        "kind": "contribution_action",
        "title": "A report",
        "original_languages": ["en"],
    }
    assert client.post(url, data).status_code == 302
    assert Contribution.objects.get().answers == asked
    for person in (syrian_delegate, nobody):
        assert client_of(person).get(url).status_code == 404
    assert client.get(f"{reverse('contributions:new')}?request=x").status_code == 400


def test_a_draft_lists_what_its_party_may_answer_and_takes_it_back(
    client_of, dg, asked, register, in_session, secretary, saudi_focal_point
):
    requests.record(
        in_session,
        addressees=[factories.make_state("SYR")],
        item="5",
        wording="Asked of Syria",
        due_on=date(2026, 5, 15),
        actor=secretary,
    )
    made = drafts.make_draft(dg, register, by=saudi_focal_point)
    client, page = client_of(saudi_focal_point), made.get_absolute_url()
    shown = client.get(page).content.decode()
    choose = reverse("contributions:answer-request", args=[made.pk, asked.pk])
    let_go = reverse("contributions:answer-nothing", args=[made.pk])
    assert choose in shown and let_go not in shown and "Asked of Syria" not in shown
    assert client.post(choose).status_code == 302
    shown = client.get(page).content.decode()
    assert choose not in shown and let_go in shown
    assert "Reports on activities" in client.get(f"{page}proof/").content.decode()
    assert client.post(let_go).status_code == 302
    made.refresh_from_db()
    assert made.answers is None


def test_submitting_for_a_request_that_is_gone_says_so(client_of, draft, asked, saudi_focal_point, secretary):
    requests.withdraw(asked.request, actor=secretary, reason="Not needed")
    client = client_of(saudi_focal_point)
    assert "will not be linked" in client.get(f"{draft.get_absolute_url()}proof/").content.decode()
    token = drafts.token_for(draft, saudi_focal_point)
    answer = client.post(f"{draft.get_absolute_url()}submit/", {"token": str(token)}, follow=True)
    assert "registered all the same, and not linked to it" in answer.content.decode()
    assert Document.objects.count() == 1


def test_the_secretariat_answers_for_an_invited_body(client_of, dg, in_session, register, secretary):
    gac = factories.make_office(Office.Kind.INVITED, "gac", "GAC")
    factories.accredit("gac@test.example", dg, Role.INVITED, office=gac)
    made = requests.record(
        in_session,
        addressees=[gac],
        item="5",
        wording="On its role",
        due_on=date(2026, 5, 15),
        actor=secretary,
    )
    asked = made.addressees.get()
    client, url = client_of(secretary), f"{reverse('contributions:new')}?request={asked.pk}"
    page = client.get(url, follow=True)
    assert page.status_code == 200 and "On its role" in page.content.decode()
    # The body is not there: its answer is filed for it, and marked so.
    filing = client.get(url).url
    assert client.post(filing, {"register": register.pk, "came_by": "", "dated": ""}).status_code == 302
    begun = Contribution.objects.get()
    assert (begun.answers, begun.party, begun.filed_for_another) == (asked, asked.party, True)
