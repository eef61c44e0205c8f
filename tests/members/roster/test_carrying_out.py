"""Importing what was shown: by the verbs that invite and give roles, once, and only as long as it is still true."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cwg import clock
from cwg.members import granting, people, refusals
from cwg.members.models import Accreditation, Invitation, Role, Roster
from cwg.members.rights import rights_of
from cwg.members.roster import carrying_out
from cwg.members.roster.carrying_out import Changed, NothingToDo, carry_out, done_in, own
from cwg.members.roster.judging import judge
from cwg.members.roster.reading import read
from cwg.notices.models import Event
from cwg.record.models import AccessEntry
from cwg.record.reasons import ReasonMissing
from tests.factories import accredit, make_group, make_office, make_state

pytestmark = pytest.mark.django_db
NEW = "FRA;Delegate;Claire Martin;claire@delegation.example"
OTHER = "FRA;Focal point;Marc Petit;marc@delegation.example;;fr"


@pytest.fixture(autouse=True)
def _ground(now):
    for iso3 in ("FRA", "SAU"):
        make_state(iso3)
    make_office("chair", "chair", "Chair of the Group")


def shown(text, actor, group) -> str:
    return judge(read(text), rights=rights_of(actor), default_group=group).shown


def imported(text, actor, group, *, token=None, reason="From the list of the ministry", seen=None, at=None):
    return carry_out(
        read(text),
        token=token or uuid.uuid4(),
        shown=shown(text, actor, group) if seen is None else seen,
        default_group=group,
        default_language="en",
        reason=reason,
        actor=actor,
        at=at or clock.now(),
    )


def rows():
    """What no refusal may change."""
    return (
        list(Invitation.objects.order_by("pk").values()),
        list(Accreditation.objects.order_by("pk").values()),
        Roster.objects.count(),
        Event.objects.count(),
        list(AccessEntry.objects.values_list("act", "subject")),
    )


# --- What is done -------------------------------------------------------------------------------------------------


def test_new_people_are_invited_and_known_ones_get_their_role(secretary, saudi_delegate, dg, now):
    roster = imported(f"{NEW}\n{OTHER}\nchair;Chair;X;{saudi_delegate.email}", secretary, dg)
    invited = {each.email: each for each in Invitation.objects.all()}
    assert set(invited) == {"claire@delegation.example", "marc@delegation.example"}
    assert (invited["marc@delegation.example"].role, invited["marc@delegation.example"].language) == (
        "focal_point",
        "fr",
    )
    given = Accreditation.objects.get(person=saudi_delegate, role=Role.CHAIR)
    assert (given.since, given.history.get().history_change_reason) == (now, "From the list of the ministry")
    assert Event.objects.filter(kind="invitation").count() == 2
    acts = sorted(AccessEntry.objects.values_list("act", "person_id", "group_id"))
    assert acts == [
        ("accreditation_granted", secretary.pk, dg.pk),
        ("invited", secretary.pk, dg.pk),
        ("invited", secretary.pk, dg.pk),
    ]
    assert [(done.line, done.fate, done.person) for done in done_in(roster)] == [
        (1, "invited", None),
        (2, "invited", None),
        (3, "given", saudi_delegate.pk),
    ]


def test_lines_with_problems_are_left_out_and_told(secretary, dg):
    roster = imported(f"{NEW}\nFranse;Delegate;A;a@x.example;DG", secretary, dg)
    assert [invitation.email for invitation in Invitation.objects.all()] == ["claire@delegation.example"]
    done, left = done_in(roster)
    assert (left.line, left.fate, left.place, left.group) == (2, "left_out", "Franse", "DG")
    assert "no Member State" in left.why and done.fate == "invited"


def test_one_line_that_its_verb_refuses_costs_the_others_nothing(secretary, saudi_delegate, dg, monkeypatch):
    """The lock leaves no room for it; should a verb refuse all the same, the list goes on and says so."""
    invite_all = people.invite_all

    def one_refused(wanted, **by):
        return [refusals.AlreadyInvited(), *invite_all(list(wanted)[1:], **by)]

    def refused(person, **given):
        raise refusals.AlreadyAccredited

    monkeypatch.setattr(people, "invite_all", one_refused)
    monkeypatch.setattr(granting, "grant", refused)
    roster = imported(f"{NEW}\n{OTHER}\nchair;Chair;X;{saudi_delegate.email}", secretary, dg)
    assert [done.fate for done in done_in(roster)] == ["refused", "invited", "refused"]
    assert done_in(roster)[0].why == str(refusals.AlreadyInvited.sentence)
    assert [each.email for each in Invitation.objects.all()] == ["marc@delegation.example"]
    assert saudi_delegate.accreditations.count() == 1


def test_nobody_is_asked_for_a_reason_where_no_role_is_given(secretary, dg):
    assert done_in(imported(NEW, secretary, dg, reason=""))[0].fate == "invited"


def test_each_more_to_invite_costs_its_own_rows_and_nothing_else(secretary, dg):
    def queries(text: str) -> int:
        seen = shown(text, secretary, dg)
        with CaptureQueriesContext(connection) as asked:
            imported(text, secretary, dg, seen=seen)
        return len(asked)

    def people_of(name: str, count: int) -> str:
        return "\n".join(f"FRA;Delegate;N{number};{name}{number}@x.example" for number in range(count))

    one, forty = queries(people_of("a", 1)), queries(people_of("b", 40))
    # The event of its mail, and the line in the access log.
    assert forty - one == 39 * 2


# --- Once ---------------------------------------------------------------------------------------------------------


def test_the_same_form_sent_twice_sends_nothing_twice(secretary, dg):
    token, seen = uuid.uuid4(), shown(NEW, secretary, dg)
    first = imported(NEW, secretary, dg, token=token, seen=seen)
    before = rows()
    assert imported(NEW, secretary, dg, token=token, seen=seen) == first
    assert rows() == before


def test_the_number_of_somebody_elses_list_is_refused(secretary, administrator, dg):
    token = uuid.uuid4()
    imported(NEW, secretary, dg, token=token)
    before = rows()
    with pytest.raises(refusals.NotEntitled):
        imported(OTHER, administrator, dg, token=token)
    assert rows() == before


@pytest.mark.django_db(transaction=True)
def test_a_double_click_carries_the_list_out_once(secretary, dg):
    token, seen, at = uuid.uuid4(), shown(NEW, secretary, dg), clock.now()
    barrier = Barrier(2)

    def click(_number):
        try:
            barrier.wait()
            return imported(NEW, secretary, dg, token=token, seen=seen, at=at).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert set(pool.map(click, range(2))) == {token}
    assert (Invitation.objects.count(), Event.objects.count(), Roster.objects.count()) == (1, 1, 1)


# --- Only what was shown ------------------------------------------------------------------------------------------


def test_what_changed_meanwhile_is_told_and_nothing_is_done(secretary, dg, invite_claire):
    seen = shown(f"{OTHER}\n{NEW}", secretary, dg)
    invite_claire(secretary, dg)
    before = rows()
    with pytest.raises(Changed) as changed:
        imported(f"{OTHER}\n{NEW}", secretary, dg, seen=seen)
    assert [(entry.number, entry.outcomes, was) for entry, was in changed.value.entries] == [
        (2, "nothing", "invite")
    ]
    assert rows() == before


@pytest.mark.parametrize(
    "text", [OTHER, f"{NEW}\n{OTHER}", NEW.replace("Claire", "Clara"), NEW.replace("Delegate", "Focal point")]
)
def test_a_list_that_was_changed_in_the_form_is_shown_again_first(secretary, dg, text):
    before = rows()
    with pytest.raises(Changed):
        imported(text, secretary, dg, seen=shown(NEW, secretary, dg))
    assert rows() == before


def test_what_was_never_shown_is_not_done(secretary, dg):
    before = rows()
    with pytest.raises(Changed):
        imported(NEW, secretary, dg, seen="")
    assert rows() == before


# --- Refusals -----------------------------------------------------------------------------------------------------


def test_a_role_at_once_needs_a_reason(secretary, saudi_delegate, dg):
    before = rows()
    with pytest.raises(ReasonMissing):
        imported(f"{NEW}\nchair;Chair;X;{saudi_delegate.email}", secretary, dg, reason=" ")
    assert rows() == before


def test_a_list_that_changes_nothing_is_refused(secretary, saudi_delegate, dg):
    before = rows()
    with pytest.raises(NothingToDo):
        imported(f"SAU;Delegate;{saudi_delegate.name};{saudi_delegate.email}", secretary, dg)
    assert rows() == before


@pytest.mark.parametrize("who", ["saudi_focal_point", "saudi_delegate", "chair", "auditor", "nobody"])
def test_nobody_else_imports(request, dg, who):
    actor = request.getfixturevalue(who)
    before = rows()
    with pytest.raises(refusals.NotEntitled):
        imported(NEW, actor, dg, seen="whatever")
    assert rows() == before


def test_whoever_lost_the_secretariat_meanwhile_imports_nothing(secretary, dg, held):
    seen = shown(NEW, secretary, dg)
    Accreditation.objects.filter(person=secretary).update(until=held.at)
    before = rows()
    with pytest.raises(refusals.NotEntitled):
        imported(NEW, secretary, dg, seen=seen)
    assert rows() == before


# --- What came of it ----------------------------------------------------------------------------------------------


def test_what_came_of_a_list_is_its_importers_alone(secretary, administrator, auditor, dg):
    roster = imported(NEW, secretary, dg)
    assert own(rights_of(secretary), roster.pk) == roster
    assert [own(rights_of(each), roster.pk) for each in (administrator, auditor)] == [None, None]


def test_it_is_shown_only_while_the_importer_keeps_the_people_of_its_groups(secretary, dg, held):
    roster = imported(NEW, secretary, dg)
    accredit(secretary, make_group("OTHER"), Role.SECRETARIAT, office=make_office("secretariat"))
    assert own(rights_of(secretary), roster.pk) == roster
    Accreditation.objects.filter(person=secretary, group=dg).update(until=held.at)
    assert own(rights_of(secretary), roster.pk) is None


def test_it_is_forgotten_after_thirty_days(secretary, dg, now):
    imported(NEW, secretary, dg)
    kept, microsecond = carrying_out.KEPT, timedelta(microseconds=1)
    assert carrying_out.forget_old(now + kept - microsecond) == 0
    assert Roster.objects.exists()
    assert carrying_out.forget_old(now + kept) == 1
    assert not Roster.objects.exists() and Invitation.objects.exists()
