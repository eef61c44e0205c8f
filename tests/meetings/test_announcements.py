"""What a meeting tells people by mail."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cwg.documents import rulebook
from cwg.members.models import Accreditation, Office, Person, Role
from cwg.notices import outbox
from cwg.notices.expansion import expand_due
from cwg.notices.models import Notice
from cwg.record import jobs
from meetings import deadline_changes
from tests import factories

pytestmark = pytest.mark.django_db

# The meeting of 22 June 2009: the deadline is a Sunday, 07:30Z.
OPENING = datetime(2009, 6, 22, 7, 30, tzinfo=UTC)


@pytest.fixture
def readers(saudi_delegate, saudi_focal_point, syrian_delegate, secretary, chair, bureau, auditor):
    """One of each role that reads the group's documents."""
    return [saudi_delegate, saudi_focal_point, syrian_delegate, secretary, chair, bureau, auditor]


@pytest.fixture
def outsiders(dg, nobody, administrator):
    """Who does not read them: no accreditation, another group's, ended, an invited body's, an administrator's."""
    other = factories.accredit("other@test.example", dg.parent, Role.DELEGATE, "FRA")
    ended = factories.accredit(
        "ended@test.example", dg, Role.DELEGATE, "FRA", until=datetime(2026, 1, 1, tzinfo=UTC)
    )
    gac = factories.make_office(Office.Kind.INVITED, "gac", "GAC")
    invited = factories.accredit("gac@test.example", dg, Role.INVITED, office=gac)
    return [nobody, administrator, other.person, ended.person, invited.person]


@pytest.fixture
def meeting(dg, now):
    return factories.make_meeting(dg, opens_at=now + timedelta(days=30), venue="Room A")


def announce(meeting, at) -> None:
    outbox.tell(
        "meeting_announced",
        key=str(meeting.pk),
        at=at,
        group=meeting.register.group_id,
        facts={"meeting": meeting.pk},
    )


def told() -> list[str]:
    return sorted(address for message in mail.outbox for address in message.to)


def addresses(people) -> list[str]:
    return sorted(person.email for person in people)


# --- Announced --------------------------------------------------------------------------------------------------------


def test_an_announced_meeting_is_told_to_every_reader_of_its_group_and_to_nobody_else(
    meeting, readers, outsiders, now
):
    announce(meeting, now)
    jobs.run("notices")
    assert told() == addresses(readers)


def test_the_mail_holds_date_time_zone_and_place_in_three_zones(dg, held, saudi_delegate):
    held.move_to(OPENING - timedelta(days=60))
    Accreditation.objects.update(since=datetime(2009, 1, 1, tzinfo=UTC))
    Person.objects.update(time_zone="Asia/Riyadh")
    meeting = factories.make_meeting(dg, opens_at=OPENING, venue="Room H")
    announce(meeting, held.at)
    jobs.run("notices")
    (message,) = mail.outbox
    for part in (message.body, message.alternatives[0][0]):
        assert "Monday, 22 June 2009, 09:30 CEST (UTC+02:00), Geneva" in part
        assert "Monday, 22 June 2009, 07:30 UTC" in part
        assert "Sunday, 21 June 2009, 09:30 CEST (UTC+02:00), Geneva" in part
        assert "Sunday, 21 June 2009, 10:30 UTC+03:00, your time (Asia/Riyadh)" in part
        assert "Room H" in part
        assert f"http://127.0.0.1:8000{meeting.get_absolute_url()}" in part


def test_who_lost_the_accreditation_before_the_sending_is_not_told(
    meeting, saudi_delegate, secretary, now, held
):
    announce(meeting, now)
    expand_due()
    Accreditation.objects.filter(person=saudi_delegate).update(until=now)
    jobs.run("notices")
    assert told() == [secretary.email]
    assert Notice.objects.get(person=saudi_delegate).status == "dropped"


def test_a_meeting_closed_or_not_announced_is_not_told(dg, meeting, readers, now):
    draft = factories.make_meeting(dg, 3, announced=False)
    announce(draft, now)
    announce(meeting, now)
    meeting.register.closed_at = now
    meeting.register.save()
    jobs.run("notices")
    assert mail.outbox == []


def test_expanding_takes_the_same_number_of_queries_for_three_people_and_for_two_hundred(dg, now):
    counts = []
    for ordinal, size in ((2, 3), (3, 200)):
        for n in range(size):
            person = factories.make_person(f"p{n}@test.example", password=None)
            if not person.accreditations.exists():
                factories.accredit(person, dg, Role.DELEGATE, "SAU")
        announce(factories.make_meeting(dg, ordinal), now)
        with CaptureQueriesContext(connection) as queries:
            expand_due()
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert Notice.objects.count() == 203


# --- Deadlines changed ------------------------------------------------------------------------------------------------


def test_the_mail_about_deadlines_says_of_each_what_holds_now_what_held_before_and_why(
    dg, held, secretary, saudi_delegate, chair
):
    """One is set to another time, one is new, one ends for this meeting: read in both parts, as it arrives."""
    held.move_to(OPENING - timedelta(days=60))
    Accreditation.objects.update(since=datetime(2009, 1, 1, tzinfo=UTC))
    Person.objects.filter(pk=saudi_delegate.pk).update(time_zone="Asia/Riyadh")
    meeting = factories.make_meeting(dg, opens_at=OPENING, venue="Room H")
    (old,) = meeting.register.deadlines.all()
    received, posted = rulebook.apply_preset("decision-556", dg, actor=secretary, reason="Agreed")
    change = {"actor": secretary, "reason": "Agreed by <b>correspondence</b>"}
    deadline_changes.change_deadlines(
        meeting,
        choice={old.rule_id: "set", received.pk: "move", posted.pk: "keep"},
        by_hand={old.rule_id: datetime(2009, 6, 20, 12)},  # noqa: DTZ001 - on the clock of the seat
        **change,
    )
    jobs.run("notices")
    by_address = {message.to[0]: message for message in mail.outbox}
    assert set(by_address) == set(addresses([secretary, saudi_delegate, chair]))
    message = by_address[saudi_delegate.email]
    assert message.subject == "Deadlines changed: Dedicated Group, meeting 2, Geneva, 22 June 2009"
    for part in (message.body, message.alternatives[0][0]):
        assert "The deadlines of a meeting have been changed: Dedicated Group, meeting 2." in part
        assert "Deadline (24 hours before the start of the meeting)" in part
        assert "Saturday, 20 June 2009, 12:00 CEST (UTC+02:00), Geneva" in part
        assert "Saturday, 20 June 2009, 13:00 UTC+03:00, your time (Asia/Riyadh)" in part
        assert "Until now: Sunday, 21 June 2009, 09:30 CEST (UTC+02:00)" in part
        assert "Set by the secretariat: by the rule it would be Sunday, 21 June 2009, 09:30" in part
        assert "Deadline (Received 12 calendar days before the meeting (all documents))" in part
        assert "Wednesday, 10 June 2009, 23:59" in part and "not set" in part
        assert "Monday, 22 June 2009, 09:30 CEST (UTC+02:00), Geneva" in part
        assert f"http://127.0.0.1:8000{meeting.get_absolute_url()}" in part
    assert "Agreed by <b>correspondence</b>" in message.body
    assert "Agreed by &lt;b&gt;correspondence&lt;/b&gt;" in message.alternatives[0][0]
    mail.outbox.clear()
    deadline_changes.change_deadlines(meeting, choice={old.rule_id: "end_here", posted.pk: "keep"}, **change)
    jobs.run("notices")
    assert mail.outbox[0].subject == "Deadline ended: Dedicated Group, meeting 2, Geneva, 22 June 2009"
    for part in (mail.outbox[0].body, mail.outbox[0].alternatives[0][0]):
        assert "ended for this meeting. Until now: Saturday, 20 June 2009, 12:00 CEST (UTC+02:00)" in part
        assert "unchanged" in part
    for choice, at_seat, subject in (
        ("set", datetime(2009, 6, 19, 12), "Deadline set: "),  # noqa: DTZ001 - as above
        ("set", datetime(2009, 6, 18, 12), "Deadline changed: "),  # noqa: DTZ001 - as above
    ):
        mail.outbox.clear()
        deadline_changes.change_deadlines(
            meeting,
            choice={old.rule_id: choice, posted.pk: "keep"},
            by_hand={old.rule_id: at_seat},
            **change,
        )
        jobs.run("notices")
        assert mail.outbox[0].subject.startswith(subject)


# --- Moved ------------------------------------------------------------------------------------------------------------


def test_a_move_is_told_with_both_openings_the_deadlines_and_the_reason(meeting, saudi_delegate, now):
    outbox.tell(
        "meeting_moved",
        key=f"{meeting.pk}:1",
        at=now,
        group=meeting.register.group_id,
        facts={
            "meeting": meeting.pk,
            "before": "2026-03-29T07:00:00.000000Z",
            "after": "2026-03-30T07:00:00.000000Z",
            "reason": "The room is taken.\r\nSorry.",
            "deadlines": [
                {
                    "name": "24 hours",
                    "before": "2026-03-28T07:00:00.000000Z",
                    "after": "2026-03-29T07:00:00.000000Z",
                },
                {
                    "name": "Received",
                    "before": "2026-03-17T07:00:00.000000Z",
                    "after": "2026-03-17T07:00:00.000000Z",
                },
                {"name": "Added", "before": None, "after": "2026-03-20T07:00:00.000000Z"},
            ],
        },
    )
    jobs.run("notices")
    (message,) = mail.outbox
    assert message.subject == "Meeting moved: Dedicated Group, meeting 2 now opens on 30 Mar 2026, 09:00 CEST"
    body = message.body
    assert "Monday, 30 March 2026, 09:00 CEST (UTC+02:00), Geneva" in body
    assert "Sunday, 29 March 2026, 09:00 CEST (UTC+02:00)" in body
    assert "Until now: Saturday, 28 March 2026, 08:00 CET (UTC+01:00)" in body
    assert "unchanged" in body and "new" in body
    assert "The room is taken. Sorry." in body
