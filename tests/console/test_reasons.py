"""Acts ask a reason, a verb does them, and nothing forged gets past the verb."""

import pytest
from django.urls import reverse

from cwg.documents.models import Document, Register
from cwg.members.models import Accreditation, Person
from cwg.notices.models import Event
from cwg.record import journal
from cwg.record.models import AccessEntry, JournalEntry
from tests import factories

DOCUMENTS = "/console/documents/document/"
PEOPLE = "/console/members/person/"
ROLES = "/console/members/accreditation/"


def act(client, page, name, *rows, **data):
    return client.post(page, {"action": name, "index": "0", "_selected_action": [r.pk for r in rows], **data})


def confirmed(client, page, name, *rows, **data):
    return act(client, page, name, *rows, confirmed="1", **data)


def test_the_first_step_asks_a_reason_and_changes_nothing(secretary, document, client_of):
    answer = act(client_of(secretary), DOCUMENTS, "change_disclosure", document)
    assert answer.status_code == 200
    assert 'name="reason"' in answer.content.decode()
    assert Document.objects.get(pk=document.pk).disclosure == Document.Disclosure.MEMBER_STATES


def test_disclosure_changes_with_its_reason_in_history_and_chain(secretary, document, client_of):
    answer = confirmed(
        client_of(secretary),
        DOCUMENTS,
        "change_disclosure",
        document,
        disclosure="public",
        reason="Asked by Council",
    )
    assert answer.status_code == 302
    assert Document.objects.get(pk=document.pk).disclosure == "public"
    entry = JournalEntry.objects.get(act="disclosure")
    assert (entry.actor_id, entry.facts["reason"]) == (secretary.pk, "Asked by Council")
    latest = document.history.latest()
    assert (latest.history_user, latest.history_change_reason) == (secretary, "Asked by Council")
    assert list(journal.faults(Register.objects.get(pk=document.register_id))) == []


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_without_a_good_reason_nothing_is_done(reason, secretary, document, client_of):
    answer = confirmed(
        client_of(secretary), DOCUMENTS, "change_disclosure", document, disclosure="public", reason=reason
    )
    assert answer.status_code == 400
    assert Document.objects.get(pk=document.pk).disclosure == "member_states"
    assert not JournalEntry.objects.filter(act="disclosure").exists()


def test_the_secretariat_does_not_withdraw_a_delegations_document(secretary, document, client_of):
    answer = confirmed(client_of(secretary), DOCUMENTS, "withdraw", document, reason="No")
    page = client_of(secretary).get(answer.url)
    assert page.status_code == 200
    assert not Document.objects.get(pk=document.pk).is_withdrawn
    assert not JournalEntry.objects.filter(act="withdrawn").exists()


def test_the_secretariat_withdraws_its_own_document(secretary, meeting, client_of):
    office = secretary.accreditations.get().office
    own = factories.make_document(
        meeting.register,
        "Information for participants",
        actor=secretary,
        kind="administrative",
        sources=(factories.office_source(office),),
    )
    confirmed(client_of(secretary), DOCUMENTS, "withdraw", own, reason="Sent by mistake")
    own.refresh_from_db()
    assert own.is_withdrawn
    assert own.withdrawal_reason == "Sent by mistake"


def test_an_auditor_acts_on_nothing(auditor, document, client_of):
    answer = confirmed(
        client_of(auditor), DOCUMENTS, "change_disclosure", document, disclosure="public", reason="x"
    )
    assert answer.status_code == 403
    assert Document.objects.get(pk=document.pk).disclosure == "member_states"


def test_another_groups_secretariat_reaches_no_row_by_a_forged_choice(other_secretary, document, client_of):
    answer = confirmed(
        client_of(other_secretary), DOCUMENTS, "change_disclosure", document, disclosure="public", reason="x"
    )
    assert answer.status_code == 404
    assert Document.objects.get(pk=document.pk).disclosure == "member_states"


def test_who_audits_one_group_and_serves_another_acts_only_where_they_serve(
    other_secretary, dg, document, client_of
):
    factories.accredit(other_secretary, dg, "auditor")
    client = client_of(other_secretary)
    assert client.get(f"{DOCUMENTS}{document.pk}/change/").status_code == 200
    answer = confirmed(client, DOCUMENTS, "change_disclosure", document, disclosure="public", reason="x")
    assert answer.status_code == 403
    assert Document.objects.get(pk=document.pk).disclosure == "member_states"


@pytest.mark.parametrize("forged", [{"action": "delete_selected"}, {"action": "nonsense"}, {"action": ""}])
def test_an_unknown_act_is_400(forged, secretary, document, client_of):
    answer = client_of(secretary).post(DOCUMENTS, {"index": "0", "_selected_action": document.pk, **forged})
    assert answer.status_code == 400


@pytest.mark.parametrize("pk", ["abc", "1' or 1=1", "99999999"])
def test_a_malformed_choice_changes_nothing(pk, secretary, document, client_of):
    answer = client_of(secretary).post(
        DOCUMENTS,
        {"action": "withdraw", "index": "0", "_selected_action": pk, "confirmed": "1", "reason": "x"},
    )
    assert answer.status_code in (400, 404)
    assert not Document.objects.get(pk=document.pk).is_withdrawn


@pytest.mark.parametrize(
    "page",
    ["/console/documents/document/{}/change/", "/console/documents/register/{}/change/"],
)
def test_a_forged_form_cannot_write_a_registered_row(page, secretary, document, client_of):
    pk = document.pk if "document/{}" in page else document.register_id
    answer = client_of(secretary).post(
        page.format(pk), {"number": "99", "title": "Forged", "disclosure": "public", "reason": "x"}
    )
    assert answer.status_code == 403
    kept = Document.objects.get(pk=document.pk)
    assert (kept.number, kept.title, kept.disclosure) == (document.number, document.title, "member_states")


def test_forged_fields_of_a_meeting_are_ignored(secretary, meeting, client_of):
    opens_at = meeting.register.opens_at
    page = reverse("console:meetings_meeting_change", args=[meeting.pk])
    answer = client_of(secretary).post(
        page,
        {
            "venue": "Room C",
            "opens_at": "2030-01-01",
            "opens_local": "2030-01-01T09:00",
            "sequence": "9",
            "seen": meeting.history.latest("history_id").history_id,
            "reason": "x",
        },
    )
    assert answer.status_code == 302
    meeting.refresh_from_db()
    assert (meeting.venue, meeting.sequence, meeting.register.opens_at) == ("Room C", 0, opens_at)


# --- People ------------------------------------------------------------------------------------------------------


def test_ending_a_role_takes_effect_at_the_next_request(secretary, saudi_delegate, meeting, client_of):
    theirs = client_of(saudi_delegate)
    page = meeting.get_absolute_url()
    assert theirs.get(page).status_code == 200
    role = saudi_delegate.accreditations.get()
    confirmed(client_of(secretary), ROLES, "end", role, reason="Left the administration")
    assert theirs.get(page).status_code == 404
    role.refresh_from_db()
    assert role.until is not None
    assert role.history.latest().history_change_reason == "Left the administration"


def test_a_refusal_of_the_verb_is_a_sentence_and_the_rest_is_done(
    secretary, saudi_delegate, syrian_delegate, client_of
):
    ended, open_one = saudi_delegate.accreditations.get(), syrian_delegate.accreditations.get()
    client = client_of(secretary)
    confirmed(client, ROLES, "end", ended, reason="first")
    answer = client.post(
        ROLES,
        {
            "action": "end",
            "index": "0",
            "_selected_action": [ended.pk, open_one.pk],
            "confirmed": "1",
            "reason": "second",
        },
        follow=True,
    )
    assert "This has ended already." in answer.content.decode()
    assert ended.history.latest().history_change_reason == "first"
    open_one.refresh_from_db()
    assert open_one.until is not None


def test_an_account_is_closed_with_a_reason_and_opened_again(secretary, saudi_delegate, client_of):
    client = client_of(secretary)
    confirmed(client, PEOPLE, "disable", saudi_delegate, reason="Lost the telephone")
    assert not Person.objects.get(pk=saudi_delegate.pk).is_active
    confirmed(client, PEOPLE, "enable", saudi_delegate, reason="Found again")
    assert Person.objects.get(pk=saudi_delegate.pk).is_active
    assert [h.history_change_reason for h in saudi_delegate.history.all()[:2]] == [
        "Found again",
        "Lost the telephone",
    ]


def test_nobody_closes_their_own_account(secretary, client_of):
    confirmed(client_of(secretary), PEOPLE, "disable", secretary, reason="x")
    assert Person.objects.get(pk=secretary.pk).is_active


def test_a_password_is_neither_shown_nor_set(secretary, saudi_delegate, client_of):
    client, page = client_of(secretary), f"{PEOPLE}{saudi_delegate.pk}/change/"
    before = Person.objects.get(pk=saudi_delegate.pk).password
    text = client.get(page).content.decode()
    assert before not in text and 'name="password"' not in text
    client.post(
        page,
        {
            "name": "New Name",
            "language": "fr",
            "time_zone": "",
            "password": "x",
            "email": "x@evil.example",
            "reason": "Married",
            "seen": "",
        },
    )
    kept = Person.objects.get(pk=saudi_delegate.pk)
    assert (kept.password, kept.email) == (before, saudi_delegate.email)


def test_a_link_for_a_new_password_goes_to_the_person(secretary, saudi_delegate, client_of):
    confirmed(client_of(secretary), PEOPLE, "send_reset", saudi_delegate)
    sent = AccessEntry.objects.get(act="password_reset_sent")
    assert (sent.person_id, sent.subject) == (secretary.pk, f"person {saudi_delegate.pk}")
    assert Event.objects.get(kind="password_reset").facts == {"person": saudi_delegate.pk}


def test_only_an_administrator_makes_administrators(secretary, saudi_delegate, dg, client_of):
    client = client_of(secretary)
    data = {"person": saudi_delegate.pk, "group": dg.pk, "role": "administrator", "reason": "x"}
    assert client.post(f"{ROLES}add/", data).status_code == 400
    assert not Accreditation.objects.filter(role="administrator").exists()


def test_a_role_is_given_directly_with_a_reason(secretary, nobody, dg, client_of):
    state = factories.make_state("FRA")
    client = client_of(secretary)
    factories.accredit(nobody, dg, "delegate", "SYR", until=factories.LONG_AGO)  # known to the group
    data = {"person": nobody.pk, "group": dg.pk, "role": "delegate", "state": state.pk, "reason": "By letter"}
    assert client.post(f"{ROLES}add/", data | {"reason": ""}).status_code == 400
    assert not nobody.accreditations.filter(until=None).exists()
    assert client.post(f"{ROLES}add/", data).status_code == 302
    role = nobody.accreditations.get(until=None)
    assert (role.state, role.history.get().history_user, role.history.get().history_change_reason) == (
        state,
        secretary,
        "By letter",
    )
    again = client.post(f"{ROLES}add/", data)
    assert again.status_code == 400
    assert "already has a role there" in again.content.decode()


def test_an_invitation_is_made_by_its_verb(secretary, dg, client_of):
    from cwg.members.models import Invitation

    state = factories.make_state("FRA")
    data = {
        "email": "new@test.example",
        "name": "New\r\nBcc: x",
        "language": "fr",
        "group": dg.pk,
        "role": "delegate",
        "state": state.pk,
    }
    client = client_of(secretary)
    assert client.post("/console/members/invitation/add/", data).status_code in (302, 400)
    assert not Invitation.objects.filter(name__contains="\n").exists()
    Invitation.objects.all().delete()
    assert client.post("/console/members/invitation/add/", data | {"name": "New"}).status_code == 302
    assert Invitation.objects.get().invited_by == secretary
