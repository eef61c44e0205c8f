"""Histories show before and after side by side, and what people typed stays text."""

from dataclasses import replace
from datetime import datetime

from django.urls import reverse

from cwg.console import history
from cwg.members.models import MemberState
from meetings import convening, correcting
from tests import factories

EVIL = "<script>alert(1)</script>"


def change(client, state, **values):
    page = reverse("console:members_memberstate_change", args=[state.pk])
    names = [f.name for f in MemberState._meta.fields if f.name.startswith(("short_", "formal_"))]
    data = {name: getattr(state, name) for name in names}
    data |= {
        "iso3": state.iso3,
        "iso2": state.iso2,
        "membership_class": state.membership_class,
        "seen": history.latest_id(state),
        "reason": "Notified by the UN",
    }
    return client.post(page, data | values)


def test_a_change_keeps_who_why_before_and_after(administrator, client_of, db):
    state = factories.make_state("FRA")
    client = client_of(administrator)
    assert change(client, state, short_en="New France").status_code == 302
    latest = history.changes(state)[0]
    assert (latest.who, latest.reason) == (administrator, "Notified by the UN")
    assert [(d.before, d.after) for d in latest.differences if d.label == "Name (English)"] == [
        ("France", "New France")
    ]
    text = client.get(reverse("console:members_memberstate_history", args=[state.pk])).content.decode()
    assert (
        "New France" in text
        and "Notified by the UN" in text
        and ">France<" in text.replace("<bdi>", ">").replace("</bdi>", "<")
    )


def test_a_local_time_stands_in_the_history_as_it_was_entered(secretary, dg, held, client_of):
    """09:30 at the seat, of a meeting in Riyadh and of one in Geneva, before and after it is corrected."""
    client = client_of(secretary)
    for ordinal, zone in ((8, "Asia/Riyadh"), (9, "Europe/Zurich")):
        plan = convening.Plan(
            ordinal=ordinal,
            title="M",
            place="P",
            zone=zone,
            opens_local=datetime(2026, 6, 22, 9, 30),  # noqa: DTZ001 - on the clock of the seat
        )
        meeting = convening.convene(dg, plan, actor=secretary)
        later = replace(plan, opens_local=plan.opens_local.replace(hour=10, minute=0))
        correcting.correct(meeting, later, actor=secretary)
        told = [
            (difference.before, difference.after)
            for change in history.changes(meeting, zone=zone)
            for difference in change.differences
            if difference.label == "Opening at the seat"
        ]
        assert told == [("22 Jun 2026, 09:30", "22 Jun 2026, 10:00"), ("—", "22 Jun 2026, 09:30")]
        page = client.get(reverse("console:meetings_meeting_history", args=[meeting.pk])).content.decode()
        assert "22 Jun 2026, 09:30" in page and "11:30" not in page and "12:30" not in page


def test_a_changed_name_sorts_under_its_new_letters(administrator, client_of):
    state = factories.make_state("FRA")
    change(client_of(administrator), state, short_en="Zealand")
    state.refresh_from_db()
    assert state.sort_en.startswith("z")


def test_a_change_needs_a_reason(administrator, client_of):
    state = factories.make_state("FRA")
    before = state.history.count()
    assert change(client_of(administrator), state, short_en="X", reason=" ").status_code == 200
    assert MemberState.objects.get(pk=state.pk).short_en == "France"
    assert state.history.count() == before


def test_the_second_of_two_editors_sees_both_texts_and_loses_nothing(administrator, client_of):
    state = factories.make_state("FRA")
    seen = history.latest_id(state)
    client = client_of(administrator)
    change(client, state, short_en="First", seen=seen)
    answer = change(client, state, short_en="Second", seen=seen)
    text = answer.content.decode()
    assert "Meanwhile somebody else changed this" in text
    assert "First" in text and 'value="Second"' in text
    assert MemberState.objects.get(pk=state.pk).short_en == "First"
    state.refresh_from_db()
    assert change(client, state, short_en="Second", seen=history.latest_id(state)).status_code == 302


def test_script_stays_text_in_row_reason_history_and_list(administrator, client_of):
    state = factories.make_state("FRA")
    client = client_of(administrator)
    assert change(client, state, short_en=EVIL, reason=EVIL).status_code == 302
    for page in ("change", "history"):
        text = client.get(reverse(f"console:members_memberstate_{page}", args=[state.pk])).content.decode()
        assert EVIL not in text and "&lt;script&gt;" in text
    assert EVIL not in client.get(reverse("console:members_memberstate_changelist")).content.decode()


def test_script_in_a_document_stays_text_in_console_journal_and_reason_page(secretary, meeting, client_of):
    document = factories.make_document(meeting.register, EVIL)
    client = client_of(secretary)
    pages = [
        f"/console/documents/document/{document.pk}/change/",
        f"/console/documents/document/{document.pk}/history/",
        f"/console/documents/register/{meeting.register_id}/change/",
        "/console/documents/document/",
        "/console/record/journalentry/",
        "/today/",
        reverse("documents:disclosure", args=[document.path]),
    ]
    for page in pages:
        assert EVIL not in client.get(page).content.decode(), page


def test_a_history_takes_the_same_queries_however_long_it_is(secretary, client_of, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    state = factories.make_state("FRA")
    client = client_of(secretary)
    page = reverse("console:members_memberstate_history", args=[state.pk])
    client.get(page)
    with CaptureQueriesContext(connection) as first:
        client.get(page)
    for name in ("A", "B", "C"):
        state.refresh_from_db()
        change(client, state, short_en=name)
    with CaptureQueriesContext(connection) as later:
        client.get(page)
    assert len(later) <= len(first)
