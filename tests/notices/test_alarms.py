"""What is wrong with the installation is told to the administrators: once, each day while it lasts, and when it is well."""

from datetime import timedelta

import pytest

from cwg.members.models import Accreditation, Role
from cwg.notices import alarm_words, alarms
from cwg.notices.models import Alarm, Event, Notice
from cwg.record import jobs, readiness
from tests import factories
from tests.mailroom import text_of

pytestmark = pytest.mark.django_db

TICK = timedelta(microseconds=1)


@pytest.fixture
def questions(monkeypatch):
    """The questions of the readiness as this test answers them, by name."""
    monkeypatch.setattr(readiness, "_questions", {})
    answers = {readiness.DATABASE: True, "backup": True}
    for name in (*answers, "mail", "worker", "outbox"):
        readiness.register(name, lambda name=name: {"ok": answers.get(name, True)})
    return answers


def mails(smtp) -> list[str]:
    jobs.run("alarms")
    jobs.run("notices")
    return [f"{mail['To']}: {mail['Subject']}" for mail in smtp.arrived]


@pytest.fixture
def wrong(questions, held, administrator):
    """A backup that has been wrong for as long as anybody waits, and not yet told."""
    questions["backup"] = False
    alarms.look()
    held.forward(seconds=alarms.LASTS.total_seconds())


TITLE = "The last backup failed, or is too old"


def test_it_is_told_once_in_plain_words(smtp, wrong, administrator, secretary, saudi_delegate):
    assert mails(smtp) == mails(smtp) == [f"{administrator.email}: {TITLE}"]
    text = text_of(smtp.arrived[0])
    assert "Run the backup by hand" in text
    assert "http://127.0.0.1:8000/today/" in text and "http://127.0.0.1:8000/readyz, backup" in text
    assert smtp.arrived[0]["Auto-Submitted"] == "auto-generated"


def test_what_passes_by_itself_is_not_told(smtp, wrong, questions, held):
    held.move_to(held.at - TICK)
    assert mails(smtp) == []
    questions["backup"] = True
    held.forward(hours=1)
    assert mails(smtp) == []
    assert not Alarm.objects.exists()


def test_whoever_has_the_duty_is_told_too(smtp, wrong, settings, administrator):
    settings.ALERT_EMAIL = ["duty@operations.example"]
    assert sorted(mails(smtp)) == [f"{administrator.email}: {TITLE}", f"duty@operations.example: {TITLE}"]


def test_an_administrator_who_has_the_duty_gets_one_mail(smtp, wrong, settings, administrator):
    settings.ALERT_EMAIL = [administrator.email.upper(), "duty@operations.example"]
    assert sorted(mails(smtp)) == [f"{administrator.email}: {TITLE}", f"duty@operations.example: {TITLE}"]


def test_once_a_day_it_is_told_again(smtp, wrong, held):
    assert len(mails(smtp)) == 1
    held.forward(days=1, microseconds=-1)
    assert len(mails(smtp)) == 1
    held.forward(microseconds=1)
    assert len(mails(smtp)) == 2
    assert "problem persists" not in text_of(smtp.arrived[0])
    assert "problem persists" in text_of(smtp.arrived[1])


def test_an_all_clear_follows_when_it_has_been_well_for_a_while(smtp, wrong, questions, held, administrator):
    mails(smtp)
    questions["backup"] = True
    assert len(mails(smtp)) == 1
    held.forward(seconds=alarms.LASTS.total_seconds(), microseconds=-1)
    assert len(mails(smtp)) == 1
    held.forward(microseconds=1)
    assert mails(smtp)[1:] == [f"{administrator.email}: All clear: {TITLE}"]
    assert len(mails(smtp)) == 2
    assert alarms.standing() == []


def flap(questions, held, hours: float) -> None:
    """Wrong for six minutes, well for six, and so on; looked at as soon as either begins and just before it ends."""
    for _ in range(int(hours * 5)):
        for well in (False, True):
            questions["backup"] = well
            for minutes in (5, 1):
                alarms.look()
                held.forward(minutes=minutes)


def kinds_told() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("kind", flat=True))


def test_what_comes_and_goes_every_six_minutes_is_told_once_a_day(questions, held, administrator):
    flap(questions, held, 23.6)
    assert kinds_told() == ["alarm", "all_clear"]
    flap(questions, held, 24)
    assert kinds_told() == ["alarm", "all_clear"] * 2


def test_what_is_back_within_a_day_is_shown_and_told_a_day_after_the_all_clear(
    wrong, questions, held, administrator
):
    alarms.look()
    questions["backup"] = True
    alarms.look()
    cleared = held.forward(seconds=alarms.LASTS.total_seconds())
    alarms.look()
    assert kinds_told() == ["alarm", "all_clear"]
    questions["backup"] = False
    back = held.forward(hours=23)
    alarms.look()
    ((shown, title),) = alarms.standing()
    assert (shown.wrong_since, title) == (back, TITLE)
    held.move_to(cleared + alarms.REMINDED_EVERY - TICK)
    alarms.look()
    assert kinds_told() == ["alarm", "all_clear"]
    held.forward(microseconds=1)
    alarms.look()
    assert kinds_told() == ["alarm", "all_clear", "alarm"]
    assert Event.objects.latest("pk").facts == {"name": "backup", "since": back.isoformat(), "again": False}


def test_what_was_not_told_again_has_no_all_clear_of_its_own(wrong, questions, held, administrator):
    alarms.look()
    for well in (True, False, True):
        questions["backup"] = well
        alarms.look()
        held.forward(seconds=alarms.LASTS.total_seconds())
        alarms.look()
    assert kinds_told() == ["alarm", "all_clear"]
    assert alarms.standing() == []


def test_it_is_forgotten_a_day_after_the_all_clear(wrong, questions, held, administrator):
    alarms.look()
    questions["backup"] = True
    alarms.look()
    cleared = held.forward(seconds=alarms.LASTS.total_seconds())
    alarms.look()
    held.move_to(cleared + alarms.REMINDED_EVERY - TICK)
    alarms.look()
    assert Alarm.objects.exists()
    held.forward(microseconds=1)
    alarms.look()
    assert not Alarm.objects.exists()
    assert kinds_told() == ["alarm", "all_clear"]


def test_where_the_database_does_not_answer_nothing_changes(smtp, wrong, questions, held):
    """It answers again before the transaction: all other questions were passed over."""
    mails(smtp)
    before = list(Alarm.objects.values())
    questions[readiness.DATABASE] = False
    alarms.look()
    assert list(Alarm.objects.values()) == before != []
    questions[readiness.DATABASE] = True
    held.forward(hours=1)
    assert len(mails(smtp)) == 1  # it was not forgotten, and so is not told anew


def test_what_is_wrong_again_at_once_is_one_alarm(smtp, wrong, questions, held):
    mails(smtp)
    questions["backup"] = True
    mails(smtp)
    held.forward(minutes=1)
    questions["backup"] = False
    mails(smtp)
    held.forward(hours=1)
    assert len(mails(smtp)) == 1


def test_who_is_administrator_no_longer_is_told_no_longer(smtp, wrong, held):
    alarms.look()
    jobs.run("alarms")
    Accreditation.objects.filter(role=Role.ADMINISTRATOR).update(until=held.at)
    assert mails(smtp) == []


def test_an_alarm_that_was_away_with_the_mail_server_is_not_sent_when_it_is_over(
    smtp, wrong, questions, held
):
    smtp.at_connect = "421 later"
    assert mails(smtp) == []
    questions["backup"] = True
    jobs.run("alarms")
    held.forward(seconds=alarms.LASTS.total_seconds())
    smtp.at_connect = ""
    assert [line.partition(": ")[2] for line in mails(smtp)] == [f"All clear: {TITLE}"]
    assert Notice.objects.get(event__kind="alarm").why == "over"


@pytest.mark.parametrize("name", ["mail", "outbox", "worker"])
def test_what_keeps_mail_from_leaving_is_not_told_by_mail(questions, held, administrator, name):
    questions[name] = False
    alarms.look()
    held.forward(hours=1)
    alarms.look()
    assert not Alarm.objects.exists() and not Event.objects.exists()


def test_a_question_that_nobody_asks_any_more_ends_its_alarm_without_a_word(smtp, wrong, questions, held):
    mails(smtp)
    readiness._questions.pop("backup")
    held.forward(hours=1)
    assert len(mails(smtp)) == 1
    assert not Alarm.objects.exists()


def test_a_question_without_words_of_its_own_is_told_all_the_same():
    assert str(alarm_words.of("novelty").title) == "Something needs attention: novelty"


def test_a_job_that_breaks_off_is_told(smtp, held, administrator, monkeypatch):
    def broken():
        raise RuntimeError("nothing works")

    job = next(each for each in jobs.registered() if each.name == "seals")
    monkeypatch.setitem(jobs._jobs, "seals", jobs.Job(job.name, broken, job.every))
    with pytest.raises(RuntimeError, match="nothing works"):
        jobs.run("seals")
    assert jobs.none_is_overdue()["failing"] == ["seals"]
    mails(smtp)
    held.forward(seconds=alarms.LASTS.total_seconds())
    # The clock of this test is held; that it differs from the machine's is another alarm.
    assert f"{administrator.email}: A background job fails, or has not run" in mails(smtp)
    monkeypatch.setitem(jobs._jobs, "seals", job)
    jobs.run("seals")
    assert jobs.none_is_overdue()["failing"] == []


def test_today_shows_the_alarm(smtp, wrong, administrator, secretary, client_of, saudi_delegate):
    factories.make_state("SAU")
    assert TITLE not in client_of(secretary).get("/today/").content.decode()
    mails(smtp)
    for person in (administrator, secretary):
        assert TITLE in client_of(person).get("/today/").content.decode()
