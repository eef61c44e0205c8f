import copy
import io
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test.utils import override_settings

from contributions.models import Contribution, Sponsorship
from cwg import clock
from cwg.demo import current, people
from cwg.demo import meetings as demo_meetings
from cwg.documents import corrigenda, filed_for, offers
from cwg.documents.models import DeadlineRule, Document, PolicyIssue, Register, Revision, Slot, Version
from cwg.documents.states import MeetingState
from cwg.look import demo_people
from cwg.members.models import Accreditation, MemberState, Person
from cwg.members.rights import rights_of
from cwg.notices.models import Event
from cwg.record import checks, clock_steps
from cwg.record.models import JournalEntry
from meetings.models import Addressee, Meeting, Request, Standing
from tests.factories import NOW  # Monday, 2 March 2026, 09:00 UTC


def load(at: datetime = NOW) -> None:
    with clock.held_at(at):
        call_command("demo", stdout=io.StringIO())


def faults(at: datetime = NOW) -> list[str]:
    with clock.held_at(at):
        return [f"{name}: {sentence}" for name, found in checks.run() for sentence in found]


def counts() -> dict[str, int]:
    tracked = (
        MemberState, Person, Accreditation, Register, Meeting, Document, Revision, Version, Request, Slot,
        Contribution, Sponsorship, Event, JournalEntry, DeadlineRule, PolicyIssue,
    )  # fmt: skip
    rows = {model.__name__: model.objects.count() for model in tracked}
    histories = (MemberState, Person, Meeting, Document, Request)
    return rows | {f"{model.__name__} history": model.history.count() for model in histories}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One folder for the files of all tests here: the demonstration is loaded once."""
    found = tmp_path_factory.mktemp("demo")
    storages = copy.deepcopy(django_settings.STORAGES)
    for name in ("default", "documents"):
        storages[name].setdefault("OPTIONS", {})["location"] = str(found)
    with override_settings(STORAGES=storages):
        yield found


@pytest.fixture(autouse=True)
def storage(folder):
    return folder


@pytest.fixture(scope="module")
def _loaded(folder, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        around = transaction.atomic()
        around._from_testcase = True  # as a test case's own transaction: undone at the end
        with around:
            load()
            yield
            transaction.set_rollback(True)


@pytest.fixture
def demo(_loaded, db):
    """The demonstration as loaded on Monday, 2 March 2026."""


def test_everything_holds_afterwards(demo):
    assert faults() == []


def test_each_chain_tells_of_the_past_in_its_order(demo):
    assert list(clock_steps.found()) == []


def test_a_second_run_changes_nothing(demo):
    before = counts()
    load(NOW + timedelta(hours=3))
    assert counts() == before


def test_everybody_whom_the_issue_names_can_sign_in(demo, client):
    wanted = ["secretariat", "chair", "auditor"]
    for code in ("sau", "syr", "fra", "rus", "lva", "usa", "chn", "bra"):
        wanted += [f"focal.{code}", f"delegate.{code}"]
    for name in wanted:
        assert Person.objects.get(email=f"{name}@demo.example").check_password("geneva-2009")
    assert {address for address, _ in demo_people.addresses()} == {a.address for a in people.ACCOUNTS}


def test_everybody_is_accredited_to_each_group_explicitly(demo):
    for account in people.ACCOUNTS:
        rights = rights_of(Person.objects.get(email=account.address), NOW)
        assert {a.group.code for a in rights.accreditations} == {"WG-WSIS", "DG", "CWG-Internet"}
        assert {a.role for a in rights.accreditations} == {account.role}


def test_an_accreditation_that_was_ended_stays_ended(demo):
    seat = Accreditation.objects.filter(person__email="focal.fra@demo.example").first()
    seat.until = NOW
    seat.save()
    load(NOW + timedelta(hours=1))
    assert Accreditation.objects.filter(person=seat.person, group=seat.group).count() == 1


def test_the_archive_shows_what_is_known_and_what_is_not(demo):
    wsis = Register.objects.get(slug="wg-wsis-14")
    assert wsis.origin == "archive" and wsis.first_day == date(2009, 2, 11)
    symbols = wsis.documents.exclude(symbol="").order_by("number").values_list("symbol", flat=True)
    assert list(symbols) == [f"WG-WSIS-14/{number}" for number in (2, 3, 5, 7, 9)]
    assert not Document.objects.filter(register__group__code="DG").exclude(symbol="").exists()
    assert set(Revision.objects.filter(document__register=wsis).values_list("verdict", flat=True)) == {
        "not_measured"
    }
    report = Document.objects.get(path="dedicated-group-2009-02-12/unnumbered/dedicated-group-report")
    assert report.date_only
    files = report.original.versions.get().files.all()
    assert sorted(file.extension for file in files) == ["docx", "pdf"]
    assert "Saudi Arabia" in files[0].blob.text
    seventh = Document.objects.get(symbol="WG-WSIS-14/7")
    assert (seventh.title, seventh.undated) == ("", True)
    version = seventh.original.versions.get()
    assert (version.text_held, version.is_original) == (False, False)
    assert seventh.original.sources.get().printed_as == "Russian Federation"


def test_a_request_of_2009_is_one_with_all_its_addressees_its_date_and_no_slot(demo):
    asked = Addressee.objects.filter(request__meeting__register__origin="archive")
    reports = Request.objects.get(due_on=date(2009, 5, 15))
    assert [each.office.code for each in reports.addressees.all()] == ["gs", "tsb", "bdt"]
    assert {each.standing_at(NOW) for each in asked.shown()} == {Standing.NOTED}
    assert not asked.filter(slot__isnull=False).exists()
    assert not asked.filter(request__recorded_at__isnull=False).exists()


def test_the_french_proposal_belongs_to_no_meeting(demo):
    document = Document.objects.get(path__endswith="/france-dedicated-group")
    assert (document.symbol, document.title, document.undated) == ("", "", True)
    assert (document.register.ordinal, document.register.place) == (None, "")
    assert not Meeting.objects.filter(register=document.register).exists()


def test_a_meeting_opened_yesterday_and_is_in_session(demo):
    meeting = Meeting.objects.get(register__slug="cwg-internet-23")
    assert meeting.register.opens_at == datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
    assert meeting.state_at(NOW) is MeetingState.IN_SESSION
    assert meeting.register.announced_at < NOW - timedelta(days=59)
    assert meeting.requests.filter(sitting__opened_at__isnull=False).count() == meeting.requests.count() == 5


def test_its_documents_are_judged_by_the_instants_at_which_they_came(demo):
    found = {
        revision.symbol: revision.verdict
        for revision in Revision.objects.filter(document__register__slug="cwg-internet-23").select_related(
            "document"
        )
    }
    assert found == {
        "CWG-Internet-23/1": "no_rule",
        "CWG-Internet-23/2": "in_time",
        "CWG-Internet-23/3": "in_time",
        "CWG-Internet-23/3(Corr.1)-E": "in_time",
        "CWG-Internet-23/4": "in_time",
        "CWG-Internet-23/INF/1": "no_rule",
        "CWG-Internet-23/INF/2": "no_rule",
        "CWG-Internet-23/INF/3": "no_rule",
        "CWG-Internet-23/DT/1": "no_rule",
        "CWG-Internet-23/5": "no_rule",
        "CWG-Internet-23/6": "requested_in_session",
    }
    joint = Document.objects.get(symbol="CWG-Internet-23/3").original
    assert [source.state.iso3 for source in joint.sources.all()] == ["RUS", "SYR"]


def test_one_slot_is_open_and_two_are_used(demo):
    asked = Addressee.objects.get(request__meeting__register__slug="cwg-internet-23", state__iso3="LVA")
    assert asked.slot.document is None
    used = Slot.objects.filter(document__isnull=False).values_list("document__symbol", flat=True)
    assert set(used) == {"CWG-Internet-23/5", "CWG-Internet-23/6"}


def test_a_dated_request_has_three_addressees_and_one_has_answered(demo):
    asked = Addressee.objects.filter(request__due_on__gt=NOW.date()).shown()
    assert set(asked.values_list("request__wording", flat=True)) == {current.ASKED_REPORTS.wording}
    assert {each.office.code: each.standing_at(NOW) for each in asked} == {
        "gs": Standing.AWAITED,
        "tsb": Standing.ANSWERED,
        "bdt": Standing.AWAITED,
    }
    assert asked.get(office__code="tsb").answer.symbol == "CWG-Internet-24/INF/1"


def test_a_request_that_was_due_yesterday_is_answered_by_one_and_overdue_for_the_other(demo):
    asked = Addressee.objects.filter(request__due_on=NOW.date() - timedelta(days=1)).shown()
    assert {each.office.code: each.standing_at(NOW) for each in asked} == {
        "gs": Standing.ANSWERED,
        "tsb": Standing.OVERDUE,
    }
    assert asked.get(office__code="gs").answer.symbol == "CWG-Internet-23/INF/3"


def test_the_secretariat_filed_for_the_chair_an_invited_body_and_a_state_and_says_how_each_came(demo):
    said = {
        document.symbol: filed_for.text_of(document.current)
        for document in Document.objects.for_list()
        if filed_for.of(document.current)
    }
    assert said == {
        "CWG-Internet-23/INF/2": "Filed by the secretariat for: Governmental Advisory Committee (GAC); received by e-mail"
        " of 26 February 2026",
        "CWG-Internet-23/DT/1": "Filed by the secretariat for: Chair of CWG-Internet; handed over at the meeting on"
        " 1 March 2026",
        "CWG-Internet-24/2": "Filed by the secretariat for: Syrian Arab Republic; received by letter of"
        " 27 February 2026",
    }


def test_the_state_whose_paper_came_by_letter_reads_the_letter_and_may_object(demo):
    document = Document.objects.for_list().get(symbol="CWG-Internet-24/2")
    syria, latvia = (
        rights_of(Person.objects.get(email=f"focal.{code}@demo.example"), NOW) for code in ("syr", "lva")
    )
    letters = filed_for.of(document.current).letters
    assert [each.name for each in letters.visible_to(syria)] == ["syr-note-verbale-en.pdf"]
    assert not letters.visible_to(latvia)
    assert offers.DocumentAct.OBJECT in offers.acts_on(document, syria)


def test_a_translation_was_added_later_and_a_corrigendum_concerns_one_language(demo):
    saudi, russian = (
        Document.objects.for_list().get(symbol=symbol)
        for symbol in ("CWG-Internet-23/2", "CWG-Internet-23/3")
    )
    added = {each.language: each.is_added for each in saudi.current.texts}
    assert added == {"en": False, "fr": True}
    assert {each.language: each.is_original for each in russian.current.texts} == {"ru": True, "en": False}
    corrected = {line.code: line.corrections for line in corrigenda.languages_of(russian) if line.corrections}
    assert list(corrected) == ["en"]
    assert corrected["en"][0].symbol == "CWG-Internet-23/3(Corr.1)-E"


def test_the_next_meeting_lies_ahead_with_one_delegation_drafting_and_one_done(demo):
    register = Register.objects.get(slug="cwg-internet-24")
    assert register.title == "24th meeting of CWG-Internet"
    assert register.opens_at == datetime(2026, 3, 9, 8, 30, tzinfo=UTC)
    assert register.meeting.state_at(NOW) is MeetingState.ANNOUNCED
    assert register.meeting.sittings.count() == 5
    assert list(register.documents.order_by("symbol").values_list("symbol", flat=True)) == [
        "CWG-Internet-24/1", "CWG-Internet-24/2", "CWG-Internet-24/INF/1",
    ]  # fmt: skip
    drafts = Contribution.objects.filter(register=register, status="draft")
    assert set(drafts.values_list("state__iso3", flat=True)) == {"SAU", "BRA"}
    assert all(draft.files.exists() for draft in drafts)
    asked = Sponsorship.objects.get(contribution__in=drafts)
    assert (asked.state.iso3, asked.status) == ("SYR", "asked")


def test_only_what_is_new_today_goes_out_as_mail(demo):
    waiting = Event.objects.filter(expanded_at__isnull=True)
    assert sorted(waiting.values_list("kind", flat=True)) == [
        "document_registered", "document_registered", "document_registered", "request_recorded",
        "sponsorship_asked",
    ]  # fmt: skip
    assert all(event.happened_at == NOW for event in waiting)


def test_a_week_later_the_next_meeting_is_convened_and_the_past_one_closed(demo):
    later = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)
    Event.objects.update(expanded_at=NOW)
    load(later)
    assert Meeting.objects.get(register__ordinal=23).state_at(later) is MeetingState.CLOSED
    assert Meeting.objects.get(register__ordinal=24).state_at(later) is MeetingState.IN_SESSION
    new = Meeting.objects.get(register__ordinal=25)
    assert (new.state_at(later), new.register.title) == (
        MeetingState.ANNOUNCED,
        "25th meeting of CWG-Internet",
    )
    assert new.register.documents.count() == 3
    Event.objects.update(expanded_at=later)
    assert faults(later) == []


def test_after_a_month_away_a_meeting_is_in_session_again_and_the_next_one_ahead(demo, client_of):
    """Whoever starts an old folder finds the portal as on the first day, and what was there as it was left."""
    later = NOW + timedelta(days=35)
    Event.objects.update(expanded_at=NOW)
    load(later)
    states = {
        meeting.register.ordinal: meeting.state_at(later)
        for meeting in Meeting.objects.filter(register__group__code="CWG-Internet")
    }
    assert states == {
        23: MeetingState.CLOSED,
        24: MeetingState.CLOSED,
        25: MeetingState.IN_SESSION,
        26: MeetingState.ANNOUNCED,
    }
    assert Register.objects.get(slug="cwg-internet-25").opens_at == datetime(2026, 4, 5, 7, 30, tzinfo=UTC)
    assert Register.objects.get(slug="cwg-internet-26").documents.count() == 3
    assert Register.objects.get(slug="cwg-internet-24").documents.count() == 3
    with clock.held_at(later):
        home = client_of(Person.objects.get(email="focal.fra@demo.example")).get("/").content.decode()
    assert "26th meeting of CWG-Internet" in home and "24th meeting of CWG-Internet" not in home
    Event.objects.update(expanded_at=later)
    assert faults(later) == []


def test_filling_a_meeting_again_after_a_run_was_cut_off_doubles_nothing(demo):
    before = counts()
    with clock.held_at(NOW):
        current.fill_next(Register.objects.get(slug="cwg-internet-24"))
        current.fill_in_session(Register.objects.get(slug="cwg-internet-23"))
    assert counts() == before
    assert demo_meetings.unfinished() == []


@pytest.mark.parametrize("day", range(1, 8))
def test_three_days_of_the_next_meeting_fit_into_a_week(day):
    opening = demo_meetings._opening_ahead(date(2026, 3, day))
    assert opening.weekday() < 3
    assert 4 <= (opening.date() - date(2026, 3, day)).days <= 8
    assert opening.replace(tzinfo=ZoneInfo("Europe/Zurich")).hour == 9


def test_the_accounts_are_listed_without_a_database():
    out = io.StringIO()
    call_command("demo", "--list-accounts", stdout=out)
    lines = out.getvalue().splitlines()
    assert len(lines) == 1 + len(people.ACCOUNTS)
    assert "focal.sau@demo.example" in out.getvalue() and "geneva-2009" in lines[1]


def test_in_production_it_is_refused_and_nothing_is_made(demo, settings):
    before = counts()
    settings.DEMO = settings.DEBUG = settings.TESTING = False
    with pytest.raises(CommandError, match="not loaded in production"), clock.held_at(NOW + timedelta(30)):
        call_command("demo")
    assert counts() == before


@pytest.mark.parametrize("name", ["focal.lva", "delegate.sau", "chair", "secretariat", "auditor", "tsb"])
def test_every_reader_finds_the_archive_and_both_meetings(demo, client_of, name):
    client = client_of(Person.objects.get(email=f"{name}@demo.example"))
    pages = ["/", "/meetings/", "/documents/", *(m.get_absolute_url() for m in Meeting.objects.all())]
    pages += [document.get_absolute_url() for document in Document.objects.all()]
    with clock.held_at(NOW):
        answers = {page: client.get(page).status_code for page in pages}
    assert set(answers.values()) == {200}, answers


def test_a_page_of_the_archive_says_what_is_not_known(demo, client_of):
    client = client_of(Person.objects.get(email="delegate.fra@demo.example"))
    with clock.held_at(NOW):
        seventh = client.get("/documents/wg-wsis-14/7/").content.decode()
        proposal = client.get(
            Document.objects.get(path__endswith="/france-dedicated-group").get_absolute_url()
        )
    for words in ("Title not known", "Date not known", "text not held", "Time not recorded"):
        assert words in seventh
    assert "Original: English" not in seventh
    text = proposal.content.decode()
    assert "Symbol not known" in text and "known as: Proposal of France" in text
    # No meeting is stated: no day, no place, no link to a meeting's page.
    assert (
        "2007" in text and "15 June 2007" not in text and "/meetings/wg-wsis-meeting-not-stated" not in text
    )


def test_the_administrator_of_accounts_reads_no_document(demo, client_of):
    client = client_of(Person.objects.get(email="administrator@demo.example"))
    with clock.held_at(NOW):
        assert client.get("/documents/cwg-internet-23/2/").status_code == 404
