"""Several rules speak of one document: the strictest that is broken decides, and each keeps its own verdict."""

from datetime import timedelta

import pytest

from cwg.documents import register as the_register
from cwg.documents import rules
from cwg.documents.deadlines import TWENTY_FOUR_HOURS
from cwg.documents.issuing import STATEMENT_VERSION
from cwg.documents.kinds import Kind
from cwg.documents.models import Register
from cwg.members.models import Office
from tests import drafts, factories

pytestmark = pytest.mark.django_db

MICROSECOND = timedelta(microseconds=1)


def test_late_for_a_rule_that_flags_and_in_time_for_the_other_is_registered_and_flagged(
    draft, register, deadline, saudi_focal_point, held
):
    flagging = factories.another_rule(register)
    held.move_to(deadline)
    revision = drafts.submit(draft, saudi_focal_point).receipt.revision
    assert revision.verdict == "late_flagged"
    assert revision.deadline.rule == flagging
    assert drafts.faults() == []


def test_the_strictest_of_the_broken_rules_wins(draft, register, deadline, saudi_focal_point, held):
    factories.another_rule(register)
    held.move_to(deadline + MICROSECOND)
    assert drafts.late(draft, saudi_focal_point).decision.rule.offset == 24


def test_in_time_for_both_the_deadline_that_closes_the_door_binds_and_each_verdict_is_kept(
    draft, register, saudi_focal_point, held
):
    flagging = factories.another_rule(register)
    receipt = drafts.submit(draft, saudi_focal_point).receipt
    revision = receipt.revision
    assert (revision.verdict, revision.deadline.rule) == ("in_time", factories.twenty_four_hours())
    told = [(line["rule"], line["effect"], line["verdict"], line["binds"]) for line in revision.per_rule]
    assert told == [
        (flagging.name, "flag", "in_time", False),
        (TWENTY_FOUR_HOURS.name, "refuse_and_keep", "in_time", True),
    ]
    assert receipt.statement["version"] == STATEMENT_VERSION
    assert [line["rule"] for line in receipt.statement["rules"]] == [
        line["rule"] for line in revision.per_rule
    ]
    assert drafts.faults() == []


def test_a_kind_that_is_exempt_is_registered_at_any_time(dg, secretary, held):
    register = factories.make_register(dg, with_rule=False)
    factories.another_rule(register, exempt_kinds=[Kind.ADMINISTRATIVE])
    office = Office.objects.get(kind=Office.Kind.SECRETARIAT)
    held.move_to(register.opens_at)
    draft = drafts.make_draft(dg, register, by=secretary, office=office, kind=Kind.ADMINISTRATIVE)
    revision = drafts.submit(draft, secretary).receipt.revision
    assert (revision.verdict, revision.symbol) == ("exempt", "DG-2/ADM/1")
    assert revision.deadline is None
    assert drafts.faults() == []


def test_a_kind_that_no_rule_speaks_of_says_so(dg, register, secretary, held):
    office = Office.objects.get(kind=Office.Kind.SECRETARIAT)
    held.move_to(register.opens_at)
    draft = drafts.make_draft(dg, register, by=secretary, office=office, kind=Kind.TEMPORARY)
    revision = drafts.submit(draft, secretary).receipt.revision
    assert (revision.verdict, revision.symbol) == ("no_rule", "DG-2/DT/1")


def test_a_deadline_moved_later_changes_no_verdict(draft, register, deadline, saudi_focal_point, held):
    held.move_to(deadline)
    revision = drafts.submit(draft, saudi_focal_point).receipt.revision
    Register.objects.filter(pk=register.pk).update(opens_at=register.opens_at - timedelta(days=3))
    with the_register.acting_on(register.pk) as (locked, at):
        rules.set_deadlines(locked, actor_id=None, at=at, reason="moved")
    revision.refresh_from_db()
    assert (revision.verdict, revision.deadline_at) == ("in_time", deadline)
    assert drafts.faults() == []
