"""A mail is sent again on one page, by the secretariat of its group, with a reason that the journal keeps."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cwg.members.models import Role
from cwg.notices import kinds, outages, resending
from cwg.notices.failures import Failure, Scope
from cwg.notices.models import Event, Notice, Why
from cwg.record import jobs, journal
from cwg.record.models import JournalEntry
from tests import factories
from tests.notices.conftest import news, smtp  # noqa: F401 - fixtures


@pytest.fixture
def make_notice(dg, now):
    def made(status="failed", kind="meeting_announced", group=dg, person=None) -> Notice:
        number = Notice.objects.count()
        event = Event.objects.create(
            kind=kind, key=f"k{number}", group=group, happened_at=now, expanded_at=now
        )
        return Notice.objects.create(
            event=event,
            person=person,
            address=f"lost{number}@test.example",
            status=status,
            due_at=now,
            why="no_mailbox",
            failing_since=now,
            failed_at=now if status == "failed" else None,
            last_error="550 no such mailbox",
            message_id=f"<{number}@x>",
        )

    return made


def page(notice: Notice) -> str:
    return reverse("today:send-again", args=[notice.pk])


def test_a_failed_mail_is_sent_again_with_a_reason(secretary, make_notice, client_of):
    client, failed = client_of(secretary), make_notice()
    record = reverse("console:notices_notice_change", args=[failed.pk])
    one = reverse("today:one-mail", args=[failed.pk])
    assert one in client.get(record).content.decode()
    assert page(failed) in client.get(one).content.decode()
    assert failed.address in client.get(page(failed)).content.decode()
    assert client.post(page(failed), {"reason": " "}).status_code == 422
    failed.refresh_from_db()
    assert failed.status == "failed"
    assert client.post(page(failed), {"reason": "Address corrected"}).status_code == 302
    failed.refresh_from_db()
    assert failed.status == "waiting"
    entry = JournalEntry.objects.get(act="notice_sent_again")
    assert (entry.actor_id, entry.facts["reason"]) == (secretary.pk, "Address corrected")
    assert client.get(page(failed)).status_code == 409
    assert client.post(page(failed), {"reason": "And again"}).status_code == 409
    assert JournalEntry.objects.filter(act="notice_sent_again").count() == 1


@pytest.mark.parametrize("who", ["other_secretary", "auditor", "chair", "saudi_focal_point", "nobody"])
def test_nobody_else_sends_it(who, make_notice, client_of, request):
    client, failed = client_of(request.getfixturevalue(who)), make_notice()
    assert client.get(page(failed)).status_code == 404
    assert client.post(page(failed), {"reason": "x"}).status_code == 404
    failed.refresh_from_db()
    assert failed.status == "failed"
    assert not JournalEntry.objects.filter(act="notice_sent_again").exists()


def test_a_mail_of_no_group_is_sent_again_to_those_one_knows(
    secretary, other_secretary, saudi_delegate, make_notice, client_of
):
    mail = make_notice("sent", "password_reset", None, saudi_delegate)
    assert client_of(other_secretary).get(page(mail)).status_code == 404
    assert client_of(secretary).get(page(mail)).status_code == 200


@pytest.fixture
def auditing_secretary(secretary, other_group):
    """Secretary of one group, auditor of the other."""
    factories.accredit(secretary.email, other_group, Role.AUDITOR)
    return secretary


@pytest.fixture
def account_mail(other_group, make_notice):
    """One of no group that failed, to somebody of the other group."""
    theirs = factories.accredit("focal@other.example", other_group, Role.FOCAL_POINT, "FRA").person
    return make_notice("failed", "password_reset", None, theirs)


def test_an_account_mail_is_in_the_hands_of_a_secretariat_of_its_person_and_not_of_an_auditor(
    auditing_secretary, other_secretary, account_mail, client_of
):
    one = reverse("today:one-mail", args=[account_mail.pk])
    acts = [reverse(f"today:{act}", args=[account_mail.pk]) for act in ("send-again", "set-aside")]
    acts += [reverse(f"today:{act}", args=["no_mailbox"]) for act in ("send-all-again", "set-all-aside")]
    before = Notice.objects.values().get()
    client = client_of(auditing_secretary)
    for address in (one, MAIL, "/today/"):
        text = client.get(address).content.decode()
        assert account_mail.address in text
        assert "/again/" not in text and "/aside/" not in text and "-again/" not in text
    assert "could not be delivered" not in client.get("/").content.decode()
    for act in acts:
        assert client.get(act).status_code == 404
        assert client.post(act, {"reason": "x"}).status_code == 404
    assert Notice.objects.values().get() == before
    assert not JournalEntry.objects.filter(act__startswith="notice_").exists()
    client = client_of(other_secretary)
    assert acts[0] in client.get(MAIL).content.decode()
    assert [client.get(act).status_code for act in acts] == [200] * 4
    assert client.post(acts[0], {"reason": "The mailbox exists now"}).status_code == 302
    account_mail.refresh_from_db()
    assert account_mail.status == "waiting"


def test_of_account_mails_shown_it_is_counted_how_many_the_own_secretariat_may_send(
    auditing_secretary, saudi_delegate, account_mail, make_notice, client_of
):
    own = make_notice("failed", "password_reset", None, saudi_delegate)
    trouble = client_of(auditing_secretary).get(MAIL).context["mail"].troubles[0]
    assert (trouble.failed, trouble.served, trouble.served_failed) == (2, 1, 1)
    assert [(row[0].pk, *row[1:]) for row in trouble.rows] == [
        (own.pk, True, True),
        (account_mail.pk, False, False),
    ]
    address = reverse("today:send-all-again", args=["no_mailbox"])
    assert client_of(auditing_secretary).post(address, {"reason": "Mended"}).status_code == 302
    assert list(Notice.objects.failed()) == [account_mail]


def test_a_mail_about_a_draft_is_reached_only_once_it_failed(secretary, make_notice, client_of):
    kind = next(iter(kinds.of_drafts()))
    client = client_of(secretary)
    assert client.get(page(make_notice("failed", kind))).status_code == 200
    assert client.get(page(make_notice("sent", kind))).status_code == 404


def test_the_record_offers_no_act_of_its_own(secretary, make_notice, client_of):
    failed = make_notice()
    forged = {"action": "send_again", "index": "0", "_selected_action": failed.pk, "confirmed": "1"}
    assert client_of(secretary).post("/console/notices/notice/", forged | {"reason": "x"}).status_code == 403
    failed.refresh_from_db()
    assert failed.status == "failed"


# --- While one waits for the lock of the journal ----------------------------------------------------------------------


@pytest.fixture
def meanwhile(monkeypatch):
    """What a test appends is done by others after the page has judged and before the journal's lock is given."""
    others: list = []
    given = journal.acting_on_portal

    def waited_for():
        while others:
            others.pop()()
        return given()

    monkeypatch.setattr(journal, "acting_on_portal", waited_for)
    return others


def becomes(notice: Notice, status: str, **fields):
    rows = Notice.objects.filter(pk=notice.pk)
    return lambda: rows.update(status=status, failing_since=None, **fields)


def test_all_of_one_reason_leaves_alone_what_others_set_aside_or_sent_meanwhile(
    secretary, make_notice, client_of, meanwhile, now
):
    aside, sent, failed = make_notice(), make_notice(), make_notice()
    meanwhile += [becomes(aside, "set_aside"), becomes(sent, "sent", sent_at=now)]
    address = reverse("today:send-all-again", args=["no_mailbox"])
    text = client_of(secretary).post(address, {"reason": "Mended"}, follow=True).content.decode()
    assert "1 mail goes out again" in text
    assert not meanwhile
    assert dict(Notice.objects.values_list("pk", "status")) == {
        aside.pk: "set_aside",
        sent.pk: "sent",
        failed.pk: "waiting",
    }
    assert JournalEntry.objects.get(act="notice_sent_again").facts["notice"] == failed.pk


@pytest.mark.parametrize("status", ["sent", "set_aside"])
@pytest.mark.parametrize("who", ["administrator", "secretary"])
def test_one_mail_that_others_sent_or_set_aside_meanwhile_is_left_alone(
    who, status, make_notice, client_of, meanwhile, now, request
):
    failed = make_notice()
    meanwhile.append(becomes(failed, status, sent_at=now if status == "sent" else None))
    answer = client_of(request.getfixturevalue(who)).post(page(failed), {"reason": "Mended by then"})
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "was sent or set aside meanwhile" in text and "Mended by then" in text
    failed.refresh_from_db()
    assert failed.status == status
    assert not JournalEntry.objects.filter(act="notice_sent_again").exists()


@pytest.mark.parametrize("status", ["sent", "set_aside", "waiting"])
def test_what_others_sent_or_set_aside_meanwhile_is_not_set_aside(
    status, secretary, make_notice, client_of, meanwhile
):
    one, other, failed = make_notice(), make_notice(), make_notice()
    client = client_of(secretary)
    meanwhile.append(becomes(one, status))
    answer = client.post(reverse("today:set-aside", args=[one.pk]), {"reason": "Told"})
    assert answer.status_code == 409
    meanwhile.append(becomes(other, status))
    client.post(reverse("today:set-all-aside", args=["no_mailbox"]), {"reason": "Told"})
    assert dict(Notice.objects.values_list("pk", "status")) == {
        one.pk: status,
        other.pk: status,
        failed.pk: "set_aside",
    }
    assert JournalEntry.objects.get(act="notice_set_aside").facts["notice"] == failed.pk


def test_a_mail_that_was_sent_is_sent_again_by_its_secretariat(secretary, make_notice, client_of):
    sent = make_notice("sent")
    assert client_of(secretary).post(page(sent), {"reason": "They deleted it"}).status_code == 302
    sent.refresh_from_db()
    assert sent.status == "waiting"


# --- The page of mail, by reason --------------------------------------------------------------------------------------

MAIL = "/mail/"


def test_the_page_says_of_each_reason_what_it_means_and_what_to_do(secretary, make_notice, client_of):
    make_notice()
    failing = make_notice("waiting")
    Notice.objects.filter(pk=failing.pk).update(why="try_later", last_error="451 greylisted")
    text = client_of(secretary).get(MAIL).content.decode()
    assert "The address takes no mail" in text and "550 no such mailbox" in text
    assert "Ask the person for the right address" in text
    assert "The receiving server asks us to try later" in text and "by itself, for five days" in text
    assert client_of(secretary).get(reverse("today:one-mail", args=[failing.pk])).status_code == 200


def test_all_of_one_reason_are_sent_again_at_once(secretary, make_notice, client_of):
    client = client_of(secretary)
    many, other = [make_notice() for _ in range(3)], make_notice()
    Notice.objects.filter(pk=other.pk).update(why="refused")
    address = reverse("today:send-all-again", args=["no_mailbox"])
    assert address in client.get(MAIL).content.decode()
    assert "3 mails" in client.get(address).content.decode()
    assert client.post(address, {"reason": " "}).status_code == 422
    assert Notice.objects.failed().count() == 4
    assert client.post(address, {"reason": "The domain is renewed"}).status_code == 302
    assert set(Notice.objects.filter(status="waiting")) == set(many)
    assert JournalEntry.objects.filter(act="notice_sent_again").count() == 3
    assert client.get(address).status_code == 404
    assert client.get(reverse("today:send-all-again", args=["no-such-reason"])).status_code == 404


@pytest.mark.parametrize(
    ("act", "offered", "all_of_them", "says"),
    [
        ("send-all-again", "Send 2 again", "Send all 3 again", "2 mails go out again"),
        ("set-all-aside", "Set 2 aside", "Set all 3 aside", "2 mails are set aside"),
    ],
)
def test_of_more_than_are_done_at_once_it_is_said_that_some_are_left(
    act, offered, all_of_them, says, secretary, make_notice, client_of, monkeypatch
):
    client, failed = client_of(secretary), [make_notice() for _ in range(3)]
    assert all_of_them in client.get(MAIL).content.decode()
    monkeypatch.setattr(resending, "MOST_AT_ONCE", 2)
    text = client.get(MAIL).content.decode()
    assert offered in text and all_of_them not in text
    assert "At most 2 at a time" in text
    address = reverse(f"today:{act}", args=["no_mailbox"])
    assert "2 of 3 mails" in client.get(address).content.decode()
    text = client.post(address, {"reason": "Mended"}, follow=True).content.decode()
    assert says in text and "1 more is left" in text
    assert list(Notice.objects.failed()) == [failed[2]]


def test_a_failed_mail_is_shown_until_it_is_set_aside_with_a_reason(secretary, make_notice, client_of, held):
    client, failed = client_of(secretary), make_notice()
    held.forward(days=400)
    client = client_of(secretary)
    aside = reverse("today:set-aside", args=[failed.pk])
    for page in (MAIL, "/today/"):
        assert failed.address in client.get(page).content.decode()
    assert client.post(aside, {"reason": ""}).status_code == 422
    assert client.post(aside, {"reason": "Told by telephone"}).status_code == 302
    for page in (MAIL, "/today/"):
        assert failed.address not in client.get(page).content.decode()
    entry = JournalEntry.objects.get(act="notice_set_aside")
    assert (entry.actor_id, entry.facts["reason"]) == (secretary.pk, "Told by telephone")
    assert client.post(aside, {"reason": "And again"}).status_code == 409


def test_an_administrator_sends_failed_mail_of_every_group_again(
    administrator, other_group, make_notice, client_of
):
    failed = make_notice(group=other_group)
    assert failed.address in client_of(administrator).get(MAIL).content.decode()
    assert client_of(administrator).post(page(failed), {"reason": "Mended"}).status_code == 302
    failed.refresh_from_db()
    assert failed.status == "waiting"


def test_another_groups_secretariat_sees_and_does_nothing(
    other_secretary, secretary, make_notice, client_of, dg
):
    failed = [make_notice() for _ in range(2)]
    everything = reverse("today:send-all-again", args=["no_mailbox"])
    assert failed[0].address in client_of(secretary).get(MAIL).content.decode()
    client = client_of(other_secretary)
    for address in (MAIL, "/today/", "/"):
        text = client.get(address).content.decode()
        assert failed[0].address not in text and "no such mailbox" not in text
        assert "could not be delivered" not in text and "Mail that does not get through</h2>" not in text
    for address in (everything, reverse("today:one-mail", args=[failed[0].pk])):
        assert client.get(address).status_code == 404
    assert client.post(everything, {"reason": "x"}).status_code == 404
    assert Notice.objects.failed().count() == 2


def test_an_auditor_looks_and_is_offered_nothing(auditor, make_notice, client_of):
    failed = [make_notice() for _ in range(2)]
    text = client_of(auditor).get(MAIL).content.decode()
    assert failed[0].address in text
    assert "/again/" not in text and "/aside/" not in text and "all-again" not in text


def test_what_the_server_said_is_shown_as_text(secretary, make_notice, client_of):
    failed = make_notice()
    Notice.objects.update(last_error="550 <script>alert(1)</script>")
    for address in (MAIL, reverse("today:one-mail", args=[failed.pk])):
        text = client_of(secretary).get(address).content.decode()
        assert "<script>alert" not in text and "&lt;script&gt;" in text


def test_home_tells_who_looks_after_mail(
    secretary, administrator, saudi_focal_point, auditor, make_notice, client_of
):
    assert "could not be delivered" not in client_of(secretary).get("/").content.decode()
    make_notice()
    for person, told in (
        (secretary, True),
        (administrator, True),
        (saudi_focal_point, False),
        (auditor, False),
    ):
        text = client_of(person).get("/").content.decode()
        assert ("1 mail could not be delivered" in text) is told


def test_a_server_that_is_away_is_told_with_how_many_wait(secretary, make_notice, client_of, held):
    waiting = make_notice("waiting")
    Notice.objects.filter(pk=waiting.pk).update(failing_since=None, why="", last_error="")
    outages.note(Failure(Why.SIGN_IN, "535 5.7.8 bad password", Scope.SERVER), held.at)
    for address in (MAIL, "/today/"):
        text = client_of(secretary).get(address).content.decode()
        assert "does not accept the portal&#x27;s sign-in" in text and "1 mail waits" in text
        assert "535 5.7.8 bad password" in text
    assert "takes no mail from the portal" in client_of(secretary).get("/").content.decode()


@pytest.mark.parametrize(
    "said",
    [
        "550 5.7.1 <{}>: Relay access denied",
        "530 5.7.0 Authentication required to send to {}",
        "421 4.7.0 try again later: {}",
    ],
)
def test_what_the_server_said_when_it_took_nothing_names_nobody_of_another_group(
    said,
    secretary,
    other_secretary,
    auditor,
    dg,
    news,  # noqa: F811
    smtp,  # noqa: F811
    client_of,
    now,
):
    addresses = ["amal@mission.example", "badr@mission.example"]
    news.people = [factories.make_person(address) for address in addresses]
    Event.objects.create(kind="news", key="news:1", group=dg, happened_at=now)
    smtp.refuse = {address: said.format(address) for address in addresses}
    jobs.run("notices")
    for reader in (other_secretary, auditor, secretary):
        for page in (MAIL, "/today/"):
            text = client_of(reader).get(page).content.decode()
            assert said[:9] in text  # there is something to see
            if reader == other_secretary:
                assert "amal" not in text and "badr" not in text
    assert "@" not in outages.current().said


@pytest.mark.parametrize("of_a_group", [True, False])
def test_the_page_asks_equally_often_for_one_mail_and_for_three(
    of_a_group, secretary, saudi_delegate, dg, make_notice, client_of
):
    client, group = client_of(secretary), dg if of_a_group else None
    make_notice(group=group, person=saudi_delegate)
    client.get(MAIL)
    with CaptureQueriesContext(connection) as one:
        client.get(MAIL)
    for _ in range(2):
        make_notice(group=group, person=saudi_delegate)
    with CaptureQueriesContext(connection) as three:
        client.get(MAIL)
    assert len(three) == len(one)
