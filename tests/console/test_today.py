"""The workspace shows what came in and what is stuck; of drafts only how many."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contributions.counts import open_drafts_by_party
from cwg.documents import stored
from cwg.documents.models import Blob, File
from cwg.members.models import Role
from cwg.notices.models import Event, Notice
from cwg.record import copying, heartbeat, overdue
from cwg.record.models import ChainCopy, JournalEntry
from meetings import requests
from tests import factories
from tests.console.conftest import SECRET
from tests.losing import lose

TODAY = "/today/"


@pytest.fixture
def failed(dg, now):
    event = Event.objects.create(
        kind="meeting_announced", key="k", group=dg, happened_at=now, expanded_at=now
    )
    return Notice.objects.create(
        event=event,
        address="lost@test.example",
        status="failed",
        due_at=now,
        why="no_mailbox",
        failing_since=now,
        failed_at=now,
        last_error="550 no such mailbox",
        message_id="<1@x>",
    )


def test_drafts_are_a_number(secretary, draft, client_of):
    text = client_of(secretary).get(TODAY).content.decode()
    assert SECRET not in text
    assert "Saudi Arabia" in text and "<dd>1</dd>" in text


def test_the_count_leaves_out_other_groups_and_what_is_submitted(draft, other_group):
    assert open_drafts_by_party([draft.group_id]) == [("Saudi Arabia", 1)]
    assert open_drafts_by_party([other_group.pk]) == []
    draft.status = "discarded"
    draft.save()
    assert open_drafts_by_party([draft.group_id]) == []


def test_the_auditor_gets_no_count_of_drafts(auditor, draft, client_of):
    assert "<dd>1</dd>" not in client_of(auditor).get(TODAY).content.decode()


def test_submissions_come_newest_first_and_alone_for_the_script(secretary, meeting, held, client_of):
    first = factories.make_document(meeting.register, "First")
    held.forward(minutes=5)
    second = factories.make_document(meeting.register, "Second")
    for page in (TODAY, f"{TODAY}submissions/"):
        text = client_of(secretary).get(page).content.decode()
        assert text.index(second.get_absolute_url()) < text.index(first.get_absolute_url())
    assert "<html" not in client_of(secretary).get(f"{TODAY}submissions/").content.decode()


def test_a_submission_that_was_withdrawn_is_marked(secretary, meeting, client_of):
    factories.make_document(meeting.register, "It stands")
    page = client_of(secretary).get(TODAY).content.decode()
    assert "It stands" in page and "Withdrawn" not in page
    factories.make_document(meeting.register, "It is gone", withdrawn=True)
    page = client_of(secretary).get(TODAY).content.decode()
    assert re.search(r'It is gone</bdi> <span class="tag">Withdrawn</span>', page)
    assert page.count("Withdrawn") == 1


def test_a_deadline_of_the_week_is_shown_and_a_later_one_is_not(secretary, dg, now, client_of):
    near = factories.make_meeting(dg, 3, opens_at=now + timedelta(days=5))
    far = factories.make_meeting(dg, 4, opens_at=now + timedelta(days=30))
    text = client_of(secretary).get(TODAY).content.decode()
    assert near.get_absolute_url() in text
    assert far.get_absolute_url() not in text


def test_a_failed_mail_leads_to_the_page_that_sends_it_again(secretary, auditor, failed, client_of):
    text = client_of(secretary).get(TODAY).content.decode()
    assert "lost@test.example" in text and f"/mail/{failed.pk}/again/" in text
    assert "See the mail, and send it again</a>" in text
    text = client_of(auditor).get(TODAY).content.decode()
    assert "lost@test.example" in text and f"/mail/{failed.pk}/again/" not in text
    assert "See the mail</a>" in text and "send it again" not in text.partition("See the mail")[2]


def test_who_may_send_only_some_of_the_mails_again_is_offered_only_those(
    secretary, other_group, other_secretary, failed, client_of
):
    """Secretariat of one group, auditor of another."""

    def another(group, number: int) -> None:
        event = Event.objects.get(pk=failed.event_id)
        event.pk, event.key, event.group = None, f"k{number}", group
        event.save(force_insert=True)
        notice = Notice.objects.get(pk=failed.pk)
        notice.pk, notice.event, notice.message_id = None, event, f"<{number}0@x>"
        notice.address = f"lost{number}@test.example"
        notice.save(force_insert=True)

    factories.accredit(secretary.email, other_group, Role.AUDITOR)
    another(other_group, 1)
    client = client_of(secretary)
    text = client.get(TODAY).content.decode()
    assert "See all 2 mails</a>" in text and "You may send 1 of them again.</p>" in text
    another(failed.event.group, 2)
    text = client.get(TODAY).content.decode()
    assert "See all 3 mails</a>" in text and "You may send 2 of them again.</p>" in text
    another(failed.event.group, 3)
    text = client.get("/mail/").content.decode()
    assert "Send 3 again<" in text and "Set 3 aside<" in text
    assert "Send all" not in text and "Set all" not in text
    assert text.count("/again/") == 3, "each that is theirs"
    # Who serves the one group alone sees theirs alone: all.
    another(other_group, 4)
    text = client_of(other_secretary).get(TODAY).content.decode()
    assert "See all 2 mails, and send them again</a>" in text and "You may send" not in text


def test_another_groups_mail_is_not_shown(other_secretary, failed, client_of):
    assert "lost@test.example" not in client_of(other_secretary).get(TODAY).content.decode()


def test_the_secretariat_lands_here(secretary, saudi_delegate, client_of, client):
    for person, page in ((secretary, TODAY), (saudi_delegate, "/")):
        person.set_password("nine-quiet-rivers-2026")
        person.save()
        client.logout()
        answer = client.post(
            reverse("account_login"), {"login": person.email, "password": "nine-quiet-rivers-2026"}
        )
        assert (answer.status_code, answer["Location"]) == (302, page)
    home = client_of(secretary).get("/").content.decode()
    assert home.count(f'href="{TODAY}"') == 2  # in the menu, and on the page
    assert f'href="{TODAY}"' not in client_of(saudi_delegate).get("/").content.decode()


def test_its_old_address_leads_here(secretary, saudi_delegate, client_of):
    answer = client_of(secretary).get("/console/today/")
    assert (answer.status_code, answer["Location"]) == (301, TODAY)
    assert client_of(saudi_delegate).get("/console/today/").status_code == 404
    assert client_of(saudi_delegate).get(TODAY).status_code == 404


def test_every_link_of_it_is_there(secretary, auditor, in_session, document, failed, dg, client_of, now):
    requests.record(
        in_session, addressees=[factories.make_state("SAU")], item="3", wording="A list.", actor=secretary
    )
    factories.make_meeting(dg, 3, opens_at=now + timedelta(days=5))
    for person in (secretary, auditor):
        client = client_of(person)
        main = client.get(TODAY).content.decode().partition("<main")[2]
        links = set(re.findall(r'<a [^>]*href="(/[^"]*)"', main))
        assert len(links) > 6
        assert {link: client.get(unescape(link)).status_code for link in links} == dict.fromkeys(links, 200)


def test_it_asks_equally_often_for_one_row_and_for_three(secretary, meeting, failed, dg, now, client_of):
    client = client_of(secretary)
    factories.make_document(meeting.register, "Number 0")
    client.get(TODAY)
    with CaptureQueriesContext(connection) as one:
        client.get(TODAY)
    for number in (1, 2, 3):
        factories.make_document(meeting.register, f"Number {number}")
        factories.make_meeting(dg, 10 + number, opens_at=now + timedelta(days=3))
        notice = Notice.objects.get(pk=failed.pk)
        notice.pk, notice.address, notice.message_id = None, f"lost{number}@test.example", f"<{number}0@x>"
        notice.save(force_insert=True)
    with CaptureQueriesContext(connection) as three:
        client.get(TODAY)
    assert len(three) == len(one)


def test_the_worker_is_starting_or_missed_or_seen(secretary, held, client_of):
    client = client_of(secretary)

    def told() -> tuple[str, str]:
        page = client.get(TODAY).content.decode()
        return re.search(
            r'<span class="(health-\w+)">(?:(?!</span>).)*Background worker: ([\w ]+\w)', page
        ).groups()

    held.move_to(overdue.installed_at() + timedelta(minutes=10))
    assert told() == ("health-good", "starting")
    held.forward(microseconds=1)
    assert told() == ("health-bad", "never seen")
    heartbeat.beat()
    assert told() == ("health-good", "running")
    held.forward(minutes=5)
    assert told() == ("health-bad", "last seen")


def test_files_that_nobody_scanned_are_named_by_their_document(secretary, document, client_of, settings):
    settings.CLAMD_ADDRESS = "tcp://127.0.0.1:3310"
    text = client_of(secretary).get(TODAY).content.decode()
    assert "Not scanned for viruses: 1" in text
    assert document.symbol in text


def test_without_a_scanner_no_file_is_held_against_anybody_but_for_a_virus(
    secretary, document, client_of, settings
):
    settings.CLAMD_ADDRESS = ""
    text = client_of(secretary).get(TODAY).content.decode()
    assert "No virus scanner is set up" in text and "Not scanned for viruses" not in text
    Blob.objects.update(scan=Blob.Scan.INFECTED)
    text = client_of(secretary).get(TODAY).content.decode()
    assert "A virus was found: 1" in text and document.symbol in text


def test_damaged_files_come_first_of_all_by_their_document(
    secretary, administrator, document, client_of, now
):
    blob = File.objects.filter(version__revision__document=document).first().blob
    for person in (secretary, administrator):
        assert "damaged or missing" not in client_of(person).get(TODAY).content.decode()
    stored.note(blob, "altered", now)
    page = client_of(secretary).get(TODAY).content.decode()
    alarm = page.partition("<main")[2].partition('<div class="health">')[0]
    assert "1 stored file is damaged or missing" in alarm
    assert document.symbol in unescape(alarm) and "</bdi>: altered" in alarm
    # An administrator learns that, and of no document.
    page = client_of(administrator).get(TODAY).content.decode()
    assert "1 stored file is damaged or missing" in page and document.symbol not in page


def test_an_administrator_sees_health_and_mail_that_failed_and_nothing_else_of_the_groups(
    administrator, document, failed, client_of
):
    text = client_of(administrator).get(TODAY).content.decode()
    assert document.symbol not in text
    assert "lost@test.example" in text and f"/mail/{failed.pk}/again/" in text
    Notice.objects.update(status="sent", failed_at=None, failing_since=None, sent_at=failed.due_at)
    assert "lost@test.example" not in client_of(administrator).get(TODAY).content.decode()


@pytest.mark.parametrize("page", [TODAY, f"{TODAY}submissions/"])
def test_today_is_only_looked_at(page, secretary, client_of):
    assert client_of(secretary).post(page).status_code == 405


@pytest.mark.parametrize("role", ["secretary", "administrator", "auditor"])
def test_acts_without_a_copy_are_told_first(request, role, dg, held, client_of):
    client = client_of(request.getfixturevalue(role))
    factories.make_document(factories.make_register(dg, 2), "One")
    copying.catch_up()
    text = client.get(TODAY).content.decode()
    assert "Every act is copied to the file storage" in text
    assert "lacks the cop" not in text
    ChainCopy.objects.update(copied=F("copied") - 1, behind_since=held.at)
    text = client.get(TODAY).content.decode()
    assert "The file storage lacks the cop" in text
    assert "a restore could give a number again" in text
    assert "Every act is copied" not in text


def test_what_a_restore_lost_is_shown_to_its_secretariat_for_ninety_days(
    held, dg, secretary, auditor, client_of
):
    register = factories.make_register(dg, 8, opens_at=held.at + timedelta(days=10))
    other = factories.make_register(
        factories.make_group("CWG-Internet"), 9, opens_at=held.at + timedelta(days=9)
    )
    for each in (register, other):
        lose(each, lambda each=each: factories.make_document(each))
    content = client_of(secretary).get(TODAY).content.decode()
    assert "Lost in the restore of" in content and "DG-8/1" in content and "-9/1" not in content
    entry = JournalEntry.objects.get(chain=register.chain, act="restored")
    assert f"/meetings/{register.slug}/record/?entry={entry.position}#entry-{entry.position}" in content
    assert "Lost in the restore of" not in client_of(auditor).get(TODAY).content.decode()
    held.move_to(entry.at + timedelta(days=90))
    assert "DG-8/1" in client_of(secretary).get(TODAY).content.decode()
    held.move_to(entry.at + timedelta(days=90, microseconds=1))
    assert "DG-8/1" not in client_of(secretary).get(TODAY).content.decode()
