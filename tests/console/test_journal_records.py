"""The record as the console shows it: access lines of one's own groups and people, and what a heartbeat tells."""

import pytest

from cwg.documents import recheck
from cwg.members import account_care
from cwg.members.models import Accreditation, Role
from cwg.operations import backup_state
from cwg.record import heartbeat
from cwg.record.models import AccessEntry
from tests import factories


@pytest.fixture
def acts_of(client_of):
    def read(reader):
        page = client_of(reader).get("/console/record/accessentry/")
        return {line.act for line in page.context["cl"].result_list}

    return read


def test_what_somebody_known_to_two_groups_did_for_people_of_one_is_not_told_in_the_other(
    secretary, saudi_delegate, dg, other_group, other_secretary, acts_of, now
):
    """The line names no group: it is the person's of whom it tells."""
    factories.accredit(secretary, other_group, Role.STAKEHOLDER)
    twin = factories.accredit("twin@test.example", dg, Role.STAKEHOLDER).person
    account_care.disable(saudi_delegate, actor=secretary, at=now, reason="x")
    account_care.enable(saudi_delegate, actor=secretary, at=now, reason="x")
    account_care.join(twin, saudi_delegate, actor=secretary, at=now, reason="x")
    done = {"person_disabled", "person_enabled", "accounts_joined"}
    assert done <= set(AccessEntry.objects.filter(group_id=None).values_list("act", flat=True))
    assert done <= acts_of(secretary)
    assert not done & acts_of(other_secretary)
    assert Accreditation.objects.filter(person=secretary, group=other_group).exists()
    factories.accredit(twin, other_group, Role.STAKEHOLDER, until=now)
    factories.accredit(saudi_delegate, other_group, Role.STAKEHOLDER, until=now)
    assert done <= acts_of(other_secretary)


def test_each_heartbeat_says_what_its_instant_tells(auditor, client_of):
    """One that ought to be old is not taken for a process that died."""
    for name in (heartbeat.WORKER, recheck.SINCE, backup_state.FAILED):
        heartbeat.beat(name)
    page = client_of(auditor).get("/console/record/heartbeat/")
    told = {row.name: page.context["cl"].model_admin.tells(row) for row in page.context["cl"].result_list}
    assert told == {
        "worker": "Last seen then",
        "since: stored-files": "In operation without a break since then",
        "failing: backup": "Broke off then, and has not succeeded since",
    }
    assert all(said in page.content.decode() for said in told.values())
