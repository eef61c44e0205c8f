import io

import pytest
from django.core.management import call_command

from cwg.documents import reference, rules
from cwg.documents.deadlines import TWENTY_FOUR_HOURS
from cwg.documents.models import DeadlineRule, PolicyIssue
from cwg.record import journal
from cwg.record.models import JournalEntry, PortalJournal
from tests import factories
from tests.tampering import as_owner

pytestmark = pytest.mark.django_db


def test_the_24_hour_rule_is_in_force_for_every_group_and_the_pair_of_decision_556_is_not():
    assert reference.load() == reference.Loaded(rules=3, issues=25)
    active = DeadlineRule.objects.get(active=True)
    assert active.group is None and active.name == TWENTY_FOUR_HOURS.name
    assert rules.terms(active) | {"rule": "x"} == {
        "rule": "x",
        "name": TWENTY_FOUR_HOURS.name,
        "kinds": ["contribution_action", "contribution_information"],
        "exempt_kinds": [],
        "offset": 24,
        "unit": "hours",
        "anchor": "opening",
        "measured": "available",
        "effect": "refuse_and_keep",
        "source": TWENTY_FOUR_HOURS.source,
    }
    assert DeadlineRule.objects.filter(active=False, source="Council Decision 556").count() == 2


def test_the_two_lists_of_issues_are_there_in_their_order():
    reference.load()
    annex = PolicyIssue.objects.filter(list_name=reference.RESOLUTION_1305)
    assert [issue.number for issue in annex] == list(range(1, 13))
    proposed = PolicyIssue.objects.filter(list_name=reference.SAUDI_ARABIA_2009)
    assert proposed.get(number=8).title.startswith("Internet naming and addressing")
    assert proposed.count() == 13


def test_the_rules_stand_in_the_house_s_chain():
    reference.load()
    portal = PortalJournal.objects.get()
    assert JournalEntry.objects.filter(chain=portal.chain, act="deadline_rule").count() == 3
    assert list(journal.faults(portal)) == []


def test_loading_again_changes_nothing_and_brings_nothing_back():
    reference.load()
    rule = DeadlineRule.objects.get(active=True)
    rule.name, rule.active = "A day before", False
    rule.save()
    with as_owner():
        PolicyIssue.objects.get(list_name=reference.RESOLUTION_1305, number=6).delete()
    assert reference.load() == reference.Loaded(rules=0, issues=0)
    assert DeadlineRule.objects.filter(active=True).count() == 0
    assert PolicyIssue.objects.count() == 24


def test_a_rule_that_was_made_otherwise_is_not_doubled():
    factories.twenty_four_hours()
    assert reference.load().rules == 2
    assert DeadlineRule.objects.filter(active=True).count() == 1


def test_the_command_loads_states_rules_and_issues():
    out = io.StringIO()
    call_command("load_reference", stdout=out)
    assert "195 Member States, 3 deadline rules and 25 policy issues are new" in out.getvalue()
