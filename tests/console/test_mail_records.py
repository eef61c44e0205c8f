"""The demo's mails are read in a sandbox, and nowhere else than in the demo; who was told of what is told by group."""

import pytest

from cwg.members.models import Role
from cwg.notices import outbox
from cwg.notices.models import DemoMail, Event, Notice
from tests import factories


@pytest.fixture
def mail(db, now):
    return DemoMail.objects.create(
        at=now,
        to="a@test.example",
        subject="<b>News</b>",
        text="Plain <i>words</i>",
        html="<script>x</script><p>Hi</p>",
    )


def test_the_text_is_shown_and_the_html_stands_in_a_sandbox(secretary, mail, client_of, settings):
    settings.DEMO = True
    client = client_of(secretary)
    page = client.get(f"/console/notices/demomail/{mail.pk}/change/").content.decode()
    assert "Plain &lt;i&gt;words&lt;/i&gt;" in page and "<b>News</b>" not in page
    alone = client.get(f"/console/notices/demomail/{mail.pk}/html/")
    policy = alone["Content-Security-Policy"]
    assert "sandbox" in policy and "allow-scripts" not in policy and "default-src 'none'" in policy


def test_outside_the_demo_there_is_nothing_to_read(secretary, mail, client_of, settings):
    settings.DEMO = False
    client = client_of(secretary)
    assert client.get("/console/notices/demomail/").status_code == 403
    assert client.get(f"/console/notices/demomail/{mail.pk}/html/").status_code == 403


def test_the_sandbox_is_for_those_who_enter_the_console(saudi_delegate, mail, client_of, settings):
    settings.DEMO = True
    assert client_of(saudi_delegate).get(f"/console/notices/demomail/{mail.pk}/html/").status_code == 404


def test_of_what_people_of_every_group_are_told_a_group_sees_its_own_people_alone(
    saudi_delegate, secretary, other_group, other_secretary, client_of, now
):
    """The heads of the chains go to every focal point there is."""
    theirs = factories.accredit("focal@other.example", other_group, Role.FOCAL_POINT, "FRA").person
    outbox.tell("chain_heads", key="walls", at=now, facts={})
    event = Event.objects.get(kind="chain_heads")
    for number, person in enumerate((saudi_delegate, theirs)):
        Notice.objects.create(
            event=event,
            person=person,
            address=person.email,
            language="en",
            due_at=now,
            message_id=f"<{number}@test.example>",
            status=Notice.Status.FAILED,
        )
    for reader, own, other in (
        (secretary, saudi_delegate, theirs),
        (other_secretary, theirs, saudi_delegate),
    ):
        client = client_of(reader)
        page = client.get(f"/console/notices/event/{event.pk}/change/").content.decode()
        assert own.email in page
        assert other.email not in page
        (row,) = client.get("/console/notices/event/").context["cl"].result_list
        assert (row.told_count, row.failed_count) == (1, 1)
