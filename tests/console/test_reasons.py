"""Acts ask a reason, a verb does them, and nothing forged gets past the verb."""

import pytest
from django.urls import reverse

from cwg.documents.models import Document
from cwg.members.models import Accreditation, Person
from cwg.notices.models import Event
from cwg.record.models import AccessEntry
from tests import factories

MEETINGS = "/console/meetings/meeting/"
DOCUMENTS = "/console/documents/document/"
PEOPLE = "/console/members/person/"
ROLES = "/console/members/accreditation/"


def act(client, page, name, *rows, **data):
    return client.post(page, {"action": name, "index": "0", "_selected_action": [r.pk for r in rows], **data})


def confirmed(client, page, name, *rows, **data):
    return act(client, page, name, *rows, confirmed="1", **data)


def test_acts_on_documents_are_linked_and_not_done_here(secretary, meeting, document, client_of):
    """Each has one page, in its workspace."""
    client = client_of(secretary)
    page = client.get(f"{DOCUMENTS}{document.pk}/change/").content.decode()
    assert reverse("documents:disclosure", args=[document.path]) in page
    assert reverse("contributions:withdraw", args=[document.pk]) not in page
    own = factories.make_document(
        meeting.register,
        "Information for participants",
        actor=secretary,
        kind="administrative",
        sources=(factories.office_source(secretary.accreditations.get().office),),
    )
    withdraw = reverse("contributions:withdraw", args=[own.pk])
    assert withdraw in client.get(f"{DOCUMENTS}{own.pk}/change/").content.decode()
    assert client.post(withdraw, {"reason": "Sent by mistake"}).status_code == 302
    own.refresh_from_db()
    assert (own.is_withdrawn, own.withdrawal_reason) == (True, "Sent by mistake")
    for name in ("withdraw", "change_disclosure"):
        assert act(client, DOCUMENTS, name, document).status_code in (400, 403)


@pytest.mark.parametrize("forged", [{"action": "delete_selected"}, {"action": "nonsense"}, {"action": ""}])
def test_an_unknown_act_is_400(forged, secretary, meeting, client_of):
    answer = client_of(secretary).post(MEETINGS, {"index": "0", "_selected_action": meeting.pk, **forged})
    assert answer.status_code == 400


@pytest.mark.parametrize("pk", ["abc", "1' or 1=1", "99999999"])
def test_a_malformed_choice_changes_nothing(pk, secretary, in_session, client_of):
    answer = client_of(secretary).post(
        MEETINGS, {"action": "close", "index": "0", "_selected_action": pk, "confirmed": "1"}
    )
    assert answer.status_code in (400, 404)
    in_session.register.refresh_from_db()
    assert in_session.register.closed_at is None


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
