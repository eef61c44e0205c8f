"""What failed is sent again or set aside by people, each with a reason that the journal keeps."""

from datetime import timedelta

import pytest

from cwg.notices import outages, resending, sending
from cwg.notices.expansion import expand_due
from cwg.notices.failures import Failure, Scope
from cwg.notices.models import Notice, Why
from cwg.record import journal
from cwg.record.models import JournalEntry, PortalJournal
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def failed(smtp, news, event):
    """Two notices whose addresses the mail server refuses for good; it has learnt better since."""
    people = [factories.make_person(f"p{n}@test.example") for n in range(2)]
    news.people = people
    smtp.refuse = {person.email: "550 no such mailbox" for person in people}
    expand_due()
    sending.send_due()
    smtp.refuse = {}
    return list(Notice.objects.failed().order_by("address"))


def test_a_failed_mail_is_sent_again_and_the_journal_says_why(smtp, failed, secretary):
    first = failed[0]
    again = resending.send_again(first, actor=secretary, reason="The mailbox exists now.")
    assert (again.status, again.attempts, again.failing_since, again.failed_at) == ("waiting", 0, None, None)
    sending.send_due()
    assert [mail["Message-ID"] for mail in smtp.arrived] == [first.message_id]
    first.refresh_from_db()
    assert (first.status, first.why, first.last_error) == ("sent", "", "")
    entry = JournalEntry.objects.get(act="notice_sent_again")
    assert (entry.actor_id, entry.facts["reason"]) == (secretary.pk, "The mailbox exists now.")
    assert list(journal.faults(PortalJournal.objects.get())) == []
    failed[1].refresh_from_db()
    assert failed[1].status == "failed"


def test_all_of_them_go_out_again_at_once(smtp, failed, secretary):
    pks = [notice.pk for notice in failed]
    assert resending.send_all_again(pks, actor=secretary, reason="The domain was renewed") == 2
    assert resending.send_all_again(pks, actor=secretary, reason="And again") == 0
    sending.send_due()
    assert smtp.recipients == ["p0@test.example", "p1@test.example"]
    assert JournalEntry.objects.filter(act="notice_sent_again").count() == 2


def test_a_mail_that_is_still_tried_is_tried_at_once(smtp, news, event, held, secretary):
    news.people = [factories.make_person("p@test.example")]
    smtp.refuse = {"p@test.example": "451 later"}
    expand_due()
    sending.send_due()
    smtp.refuse = {}
    assert sending.send_due() == 0
    resending.send_again(Notice.objects.get(), actor=secretary, reason="The mailbox is emptied")
    assert sending.send_due() == 1


def test_sending_again_asks_a_server_at_once_that_was_away(failed, held, secretary):
    outages.note(Failure(Why.SIGN_IN, "535 no", Scope.SERVER), held.at)
    assert sending.send_due() == 0
    resending.send_again(failed[0], actor=secretary, reason="The password is right now")
    assert sending.send_due() == 1
    assert outages.current() is None


def test_a_mail_on_its_way_keeps_its_lease(failed, held, secretary):
    """Sent again while a sweep has it in hand, it does not go out twice."""
    Notice.objects.update(status="waiting", leased_until=held.at + timedelta(minutes=1))
    resending.send_again(failed[0], actor=secretary, reason="Now")
    assert sending.send_due() == 0


def test_a_failed_mail_is_set_aside_and_shown_no_longer(smtp, failed, secretary):
    aside = resending.set_aside(failed[0], actor=secretary, reason="Told by telephone")
    assert aside.status == "set_aside"
    assert list(Notice.objects.in_trouble()) == [failed[1]]
    sending.send_due()
    assert smtp.arrived == []
    entry = JournalEntry.objects.get(act="notice_set_aside")
    assert (entry.actor_id, entry.facts["reason"]) == (secretary.pk, "Told by telephone")
    assert resending.set_all_aside([n.pk for n in failed], actor=secretary, reason="Both") == 1
    assert resending.send_again(aside, actor=secretary, reason="After all").status == "waiting"


@pytest.mark.parametrize("status", ["waiting", "dropped"])
def test_what_waits_or_no_longer_matters_is_not_sent_again(failed, secretary, status):
    Notice.objects.update(status=status, failing_since=None)
    with pytest.raises(resending.NothingToSendAgain):
        resending.send_again(failed[0], actor=secretary, reason="Please")
    assert set(Notice.objects.values_list("status", flat=True)) == {status}
    assert not JournalEntry.objects.exists()


@pytest.mark.parametrize("status", ["sent", "set_aside"])
def test_a_mail_that_was_sent_or_set_aside_since_it_was_read_is_left_alone(failed, held, secretary, status):
    Notice.objects.update(status=status, sent_at=held.at if status == "sent" else None)
    with pytest.raises(resending.NothingToSendAgain):
        resending.send_again(failed[0], actor=secretary, reason="Please")
    assert set(Notice.objects.values_list("status", flat=True)) == {status}
    assert not JournalEntry.objects.exists()


@pytest.mark.parametrize("status", ["sent", "set_aside"])
def test_whoever_read_that_it_was_sent_or_set_aside_sends_it_again(smtp, failed, held, secretary, status):
    Notice.objects.update(status=status, sent_at=held.at if status == "sent" else None)
    known = Notice.objects.get(pk=failed[0].pk)
    resending.send_again(known, actor=secretary, reason="They deleted it")
    sending.send_due()
    assert smtp.recipients == [failed[0].address]


def test_a_mail_that_was_sent_is_not_sent_again_by_two_at_once(smtp, failed, held, secretary):
    """Whoever comes second finds it sent, as both had read it, but sent once more for the first of them."""
    resending.send_again(failed[0], actor=secretary, reason="Mended")
    sending.send_due()
    both_read = Notice.objects.get(pk=failed[0].pk)
    held.forward(seconds=1)
    resending.send_again(both_read, actor=secretary, reason="They deleted it")
    sending.send_due()
    with pytest.raises(resending.NothingToSendAgain):
        resending.send_again(both_read, actor=secretary, reason="They deleted it")
    assert sending.send_due() == 0
    assert len(smtp.arrived) == 2


@pytest.mark.parametrize("read_as", ["sent", "set_aside"])
def test_one_that_failed_since_it_was_read_is_sent_again(failed, secretary, read_as):
    failed[0].status = read_as
    assert resending.send_again(failed[0], actor=secretary, reason="After all").status == "waiting"


@pytest.mark.parametrize("status", ["waiting", "dropped", "sent", "set_aside"])
def test_of_many_only_those_still_in_trouble_go_out_again(smtp, failed, secretary, status):
    other, still = failed
    Notice.objects.filter(pk=other.pk).update(status=status, failing_since=None)
    assert resending.send_all_again([other.pk, still.pk], actor=secretary, reason="Mended") == 1
    other.refresh_from_db()
    assert other.status == status
    assert JournalEntry.objects.get(act="notice_sent_again").facts["notice"] == still.pk


@pytest.mark.parametrize("status", ["waiting", "dropped", "sent", "set_aside"])
def test_only_what_failed_is_set_aside(failed, secretary, status):
    Notice.objects.update(status=status)
    with pytest.raises(resending.NothingToSendAgain):
        resending.set_aside(failed[0], actor=secretary, reason="Please")
    assert set(Notice.objects.values_list("status", flat=True)) == {status}
    assert not JournalEntry.objects.exists()


@pytest.mark.parametrize("verb", [resending.send_again, resending.set_aside])
def test_either_needs_a_reason(failed, secretary, verb):
    with pytest.raises(ValueError, match="reason"):
        verb(failed[0], actor=secretary, reason="  ")
    assert Notice.objects.failed().count() == 2
