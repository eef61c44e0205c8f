"""A dated request whose answer is withdrawn awaits another, wherever it is asked; the page still says what had come."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Event as Signal

import pytest
from django.core import mail
from django.db import connection, transaction
from django.urls import reverse

from contributions import answering, drafting, withdrawing
from cwg.documents import register
from cwg.documents.models import Document
from cwg.members.rights import rights_of
from cwg.record import holding as holding_rows
from cwg.record import jobs
from cwg.record.models import JournalEntry
from meetings import answers, request_lines, request_reminding, requests, verification
from meetings.models import Addressee, Meeting, Standing
from tests import drafts, factories, waiting

pytestmark = pytest.mark.django_db

US = timedelta(microseconds=1)
END = datetime(2026, 5, 15, 22, tzinfo=UTC)  # of the day in Geneva


@pytest.fixture
def meeting(held, dg) -> Meeting:
    return factories.make_meeting(dg, 3, opens_at=held.at - timedelta(hours=1))


@pytest.fixture
def asked(meeting, secretary) -> Addressee:
    """Saudi Arabia, of two; its request is due by 15 May."""
    made = factories.ask_for_reports(meeting, secretary)
    return made.addressees.shown().get(state__iso3="SAU")


@pytest.fixture
def report(dg, asked, secretary, saudi_focal_point) -> Document:
    """Linked as the answer of Saudi Arabia; of the next meeting, so that another register holds it."""
    place = factories.make_meeting(dg, 4).register
    made = factories.make_document(place, "A report", actor=saudi_focal_point)
    answers.link(asked, made, actor=secretary)
    return made


def withdraw(document: Document, by) -> None:
    withdrawing.withdraw(document, rights=rights_of(by), reason="Sent by mistake")


def fresh(asked: Addressee) -> Addressee:
    return Addressee.objects.shown().get(pk=asked.pk)


def awaits(asked: Addressee) -> bool:
    """Of the row at hand and of rows that are not: they say the same."""
    found = {
        fresh(asked).awaits_document,
        Addressee.objects.awaiting_document().filter(pk=asked.pk).exists(),
        Addressee.objects.awaited().filter(pk=asked.pk).exists(),
    }
    assert len(found) == 1
    return found.pop()


def test_it_is_answered_until_its_document_is_withdrawn(held, asked, report, saudi_focal_point):
    assert (awaits(asked), fresh(asked).standing_at(held.at)) == (False, Standing.ANSWERED)
    withdraw(report, saudi_focal_point)
    assert awaits(asked)
    standings = [fresh(asked).standing_at(at) for at in (held.at, END - US, END, END + US)]
    assert standings == [Standing.AWAITED, Standing.AWAITED, Standing.OVERDUE, Standing.OVERDUE]
    assert drafts.faults() == []


def test_a_revision_of_the_answer_leaves_it_answered(held, asked, report, saudi_focal_point):
    change = drafting.begin_change(report, "rev", rights=rights_of(saudi_focal_point), at=held.at)
    drafts.put_file(change, saudi_focal_point, text="A better report")
    assert drafts.submit(change, saudi_focal_point).receipt is not None
    assert not awaits(asked)
    withdraw(report, saudi_focal_point)
    assert awaits(asked)


def test_it_is_counted_and_reminded_of_again(held, asked, report, saudi_focal_point):
    morning = datetime(2026, 5, 8, 7, tzinfo=UTC)
    requests.withdraw(
        asked.request,
        addressee=asked.request.addressees.exclude(pk=asked.pk).get(),
        actor=asked.request.recorded_by,
        reason="Not needed",
    )
    (line,) = request_lines.of_meeting(asked.request.meeting, held.at)
    assert (line.summary, line.answers) == ("Answered", [report])
    assert list(request_reminding.due(morning)) == []
    assert request_lines.asked_of(rights_of(saudi_focal_point)) == []
    withdraw(report, saudi_focal_point)
    (line,) = request_lines.of_meeting(asked.request.meeting, held.at)
    assert (line.summary, line.answers) == ("Awaited until 15 May 2026", [])
    assert [reminder.facts["days"] for reminder in request_reminding.due(morning)] == [7]
    rights = rights_of(saudi_focal_point)
    assert [each.addressee for each in request_lines.asked_of(rights)] == [asked]
    assert list(answering.awaited_of(rights)) == [asked]


def test_its_pages_say_what_had_come_and_ask_for_another(
    client_of, held, asked, report, secretary, saudi_focal_point
):
    page = asked.request.get_absolute_url()
    link = reverse(
        "meetings:link-answer", args=[asked.request.meeting.register.slug, asked.request_id, asked.pk]
    )
    held.forward(hours=1)
    withdraw(report, saudi_focal_point)
    for path in (page, "/"):
        assert "Answer this request" in client_of(saudi_focal_point).get(path).content.decode(), path
    shown = client_of(secretary).get(page).content.decode()
    assert "0 of 2 answered" in shown and link in shown
    words = " ".join(shown.split())
    assert "was answered by <a" in words and "· withdrawn <bdi><time" in words
    assert "Documents that answer the request" not in shown
    assert request_lines.answer_words(fresh(asked)) == "DG-4/1 A report (withdrawn 2 Mar 2026, 11:00 CET)"
    own = client_of(saudi_focal_point).get(report.get_absolute_url()).content.decode()
    assert "Answered a request of the Group until it was withdrawn" in own


def test_who_withdraws_is_told_before_that_an_answer_will_be_awaited(
    client_of, asked, report, saudi_focal_point
):
    page = client_of(saudi_focal_point).get(reverse("contributions:withdraw", args=[report.pk]))
    shown = page.content.decode()
    assert "will await an answer again" in shown and asked.request.wording in shown


def test_the_mail_of_a_withdrawal_by_the_secretariat_says_what_is_awaited_again(
    held, dg, asked, secretary, saudi_focal_point
):
    place = factories.make_meeting(dg, 4).register
    draft = drafts.make_draft(dg, place, by=secretary, received=drafts.LETTER)
    answering.answer_request(draft.pk, asked, rights=rights_of(secretary), at=held.at)
    filed = drafts.submit(draft, secretary).receipt.revision.document
    assert not awaits(asked)
    withdraw(filed, secretary)
    jobs.run("notices")
    (message,) = [m for m in mail.outbox if m.to == [saudi_focal_point.email] and "withdrawn by" in m.subject]
    body = " ".join(message.body.split())
    assert "that DG-4/1 answered has a due date, and awaits another document." in body
    assert "Reports on activities" in body


def test_that_mail_counts_the_requests_where_the_document_answered_several(
    held, dg, meeting, asked, secretary, saudi_focal_point
):
    further = requests.record(
        meeting,
        addressees=[asked.state],
        item="5",
        wording="Lists of experts",
        due_on=date(2026, 5, 15),
        actor=secretary,
    )
    place = factories.make_meeting(dg, 4).register
    draft = drafts.make_draft(dg, place, by=secretary, received=drafts.LETTER)
    filed = drafts.submit(draft, secretary).receipt.revision.document
    for one in (asked, further.addressees.shown().get()):
        answers.link(one, filed, actor=secretary)
    withdraw(filed, secretary)
    jobs.run("notices")
    (message,) = [m for m in mail.outbox if m.to == [saudi_focal_point.email] and "withdrawn by" in m.subject]
    body = " ".join(message.body.split())
    assert "The 2 requests of the Group that DG-4/1 answered have a due date, and each awaits another" in body
    assert "Reports on activities" in body and "Lists of experts" in body


def test_another_document_takes_the_place_of_the_withdrawn_one(
    held, dg, asked, report, secretary, saudi_focal_point
):
    withdraw(report, saudi_focal_point)
    held.forward(hours=1)
    other = factories.make_document(report.register, "Another report", actor=saudi_focal_point)
    answers.link(asked, other, actor=secretary)
    assert (awaits(asked), fresh(asked).answer, fresh(asked).linked_at) == (False, other, held.at)
    told = JournalEntry.objects.filter(act="request_answered").order_by("position")
    assert [entry.facts["symbol"] for entry in told] == ["DG-4/1", "DG-4/2"]
    assert drafts.faults() == []


def test_a_draft_that_answers_it_is_linked_as_it_is_registered(held, dg, asked, report, saudi_focal_point):
    withdraw(report, saudi_focal_point)
    draft = drafts.make_draft(dg, report.register, by=saudi_focal_point)
    answering.answer_request(draft.pk, asked, rights=rights_of(saudi_focal_point), at=held.at)
    outcome = drafts.submit(draft, saudi_focal_point)
    assert outcome.passed_over is None
    assert fresh(asked).answer == outcome.receipt.revision.document
    assert drafts.faults() == []


def test_a_withdrawn_document_that_never_was_an_answer_is_taken_off(
    asked, report, secretary, saudi_focal_point
):
    withdraw(report, saudi_focal_point)
    assert answers.unlink(asked, report, actor=secretary, reason="It spoke of something else") == report
    assert awaits(asked) and fresh(asked).answer is None
    assert drafts.faults() == []


def test_the_request_is_withdrawn_as_any_that_awaits_an_answer(
    held, asked, report, secretary, saudi_focal_point
):
    with pytest.raises(requests.CannotWithdraw):
        requests.withdraw(asked.request, addressee=asked, actor=secretary, reason="Not needed")
    withdraw(report, saudi_focal_point)
    requests.withdraw(asked.request, addressee=asked, actor=secretary, reason="Not needed")
    one = fresh(asked)
    assert (one.standing_at(held.at), one.answer) == (Standing.WITHDRAWN, report)
    assert drafts.faults() == []
    with pytest.raises(answers.CannotLink):
        answers.unlink(asked, report, actor=secretary, reason="Wrong")
    assert fresh(asked).answer == report


def test_verify_finds_a_withdrawn_request_that_a_document_answers(held, asked, report):
    Addressee.objects.filter(pk=asked.pk).update(withdrawn_at=held.at)
    assert [fault for fault in drafts.faults() if "it is withdrawn, and a document answers it" in fault]


# --- At the same moment -------------------------------------------------------------------------------------------


def while_it_waits(first: Callable[[], object], second: Callable[[], object]) -> object:
    """`second`, which comes while `first` has done its act and not committed yet, and waits for it."""
    done = Signal()

    def acting() -> None:
        try:
            with transaction.atomic():
                first()
                done.set()
                waiting.until_somebody_waits()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        acted = pool.submit(acting)
        assert done.wait(timeout=10)
        try:
            return second()
        finally:
            acted.result(timeout=10)


@pytest.fixture
def free(dg, asked, saudi_focal_point) -> Document:
    """Of another register than the request, and linked to nothing."""
    place = factories.make_meeting(dg, 4).register
    return factories.make_document(place, "A report", actor=saudi_focal_point)


@pytest.mark.django_db(transaction=True)
def test_a_document_is_not_linked_while_it_is_being_withdrawn(
    held, asked, free, secretary, saudi_focal_point
):
    with pytest.raises(answers.CannotLink):
        while_it_waits(
            lambda: register.withdraw(free, actor=saudi_focal_point, reason="By mistake"),
            lambda: answers.link(asked, free, actor=secretary),
        )
    assert fresh(asked).document_id is None and awaits(asked)
    assert not JournalEntry.objects.filter(act="request_answered").exists()
    assert [*verification.requests_hold(), *verification.answers_told()] == []


@pytest.mark.django_db(transaction=True)
def test_a_document_that_is_withdrawn_while_it_is_being_linked_answers_no_more(
    held, asked, free, secretary, saudi_focal_point
):
    while_it_waits(
        lambda: answers.link(asked, free, actor=secretary),
        lambda: register.withdraw(free, actor=saudi_focal_point, reason="By mistake"),
    )
    assert fresh(asked).document_id == free.pk and awaits(asked)
    assert [*verification.requests_hold(), *verification.answers_told()] == []


@pytest.mark.django_db(transaction=True)
def test_a_document_that_is_held_too_long_makes_the_act_busy_and_changes_nothing(
    held, asked, free, secretary, monkeypatch
):
    monkeypatch.setattr(holding_rows, "PATIENCE", 0.2)
    let_go, held_now = Signal(), Signal()

    def holding() -> None:
        try:
            with transaction.atomic():
                Document.objects.select_for_update(of=("self",)).get(pk=free.pk)
                held_now.set()
                assert let_go.wait(timeout=10)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(holding)
        assert held_now.wait(timeout=10)
        try:
            with pytest.raises(register.RegisterBusy):
                answers.link(asked, free, actor=secretary)
        finally:
            let_go.set()
            other.result(timeout=10)
    assert fresh(asked).document_id is None
    assert not JournalEntry.objects.filter(act="request_answered").exists()
