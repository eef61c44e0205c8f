"""Rules are entered, changed, replaced and switched off by those whose they are, for a reason, and never twice."""

import pytest
from django.core.exceptions import PermissionDenied

from cwg.documents import rulebook, rules
from cwg.documents.deadlines import DECISION_556, SESSION_PAPERS, TWENTY_FOUR_HOURS
from cwg.documents.models import DeadlineRule
from cwg.record import journal
from cwg.record.models import JournalEntry, PortalJournal
from cwg.record.reasons import ReasonMissing
from tests import factories
from tests.tampering import without_triggers

pytestmark = pytest.mark.django_db


def entry():
    return JournalEntry.objects.filter(act="deadline_rule").last()


def own(dg, **fields):
    """The 24-hour rule as a rule of the group, with other terms, not saved."""
    row = rulebook.row_of(TWENTY_FOUR_HOURS, dg)
    for name, value in ({"offset": 48} | fields).items():
        setattr(row, name, value)
    return row


@pytest.fixture
def nothing_kept():
    before = list(DeadlineRule.objects.order_by("pk").values()), JournalEntry.objects.count()
    yield
    assert (list(DeadlineRule.objects.order_by("pk").values()), JournalEntry.objects.count()) == before
    assert DeadlineRule.history.count() == len(before[0])


def test_a_rule_is_kept_under_the_name_its_terms_give_it(dg, secretary):
    row = own(dg)
    row.name = "Anything goes"
    kept = rulebook.keep(row, actor=secretary, reason="  Agreed by the Group ")
    assert kept.name == "48 hours before the start of the meeting"
    facts = entry().facts
    assert (facts["group"], facts["before"], facts["reason"]) == (dg.pk, None, "Agreed by the Group")
    assert (facts["after"]["offset"], facts["after"]["replaces"], facts["after"]["active"]) == (
        48,
        None,
        True,
    )
    assert kept.history.get().history_user == secretary
    assert list(journal.faults(PortalJournal.objects.get())) == []


def test_a_rule_names_the_general_one_that_it_replaces_and_the_record_says_so(dg, secretary):
    general = factories.twenty_four_hours()
    kept = rulebook.keep(own(dg, replaces=general), actor=secretary, reason="Agreed by the Group")
    assert rules.rules_for(factories.make_register(dg)) == [kept]
    assert entry().facts["after"]["replaces"] == general.pk


def test_a_replaced_rule_comes_back_with_a_reason(dg, secretary):
    general = factories.twenty_four_hours()
    kept = rulebook.keep(own(dg, replaces=general), actor=secretary, reason="Agreed")
    kept.active = False
    rulebook.keep(kept, actor=secretary, reason="Agreed otherwise")
    assert rules.rules_for(factories.make_register(dg)) == [general]
    facts = entry().facts
    assert (facts["before"]["active"], facts["after"]["active"], facts["reason"]) == (
        True,
        False,
        "Agreed otherwise",
    )


def test_a_rule_equal_to_one_that_is_there_is_refused_by_name(dg, secretary):
    rulebook.keep(own(dg), actor=secretary, reason="Agreed")
    again = own(dg, source="Another source")
    with pytest.raises(rulebook.RuleRefused, match="48 hours before the start of the meeting"):
        rulebook.keep(again, actor=secretary, reason="Agreed")
    assert DeadlineRule.objects.filter(group=dg).count() == 1


def test_an_equal_rule_that_is_switched_off_is_named_as_such(dg, secretary):
    kept = rulebook.keep(own(dg), actor=secretary, reason="Agreed")
    kept.active = False
    rulebook.keep(kept, actor=secretary, reason="Agreed")
    with pytest.raises(rulebook.RuleRefused, match="switched off"):
        rulebook.keep(own(dg), actor=secretary, reason="Agreed")


def test_a_rule_equal_to_the_general_one_that_holds_there_is_refused(dg, secretary, nothing_kept):
    factories.twenty_four_hours()
    with without_triggers():
        DeadlineRule.history.all().delete()  # made past the verb
    with pytest.raises(rulebook.RuleRefused, match="for every group"):
        rulebook.keep(own(dg, offset=24), actor=secretary, reason="Agreed")
    with without_triggers():
        DeadlineRule.objects.all().delete()
        DeadlineRule.history.all().delete()


@pytest.mark.parametrize("field", ["kinds", "effect", "measured", "unit", "offset", "exempt_kinds"])
def test_rules_that_differ_in_one_term_are_two(dg, secretary, field):
    rulebook.keep(own(dg), actor=secretary, reason="Agreed")
    other = {
        "kinds": ["contribution_action"],
        "effect": "hold",
        "measured": "received",
        "unit": "days",
        "offset": 49,
        "exempt_kinds": ["compilation"],
    }
    rulebook.keep(own(dg, **{field: other[field]}), actor=secretary, reason="Agreed")
    assert DeadlineRule.objects.filter(group=dg).count() == 2


def test_the_same_terms_in_another_group_are_another_rule(dg, secretary):
    rulebook.keep(own(dg), actor=secretary, reason="Agreed")
    other = factories.make_group("CWG-INTERNET")
    factories.accredit(secretary, other, "secretariat", office=factories.make_office())
    rulebook.keep(own(other), actor=secretary, reason="Agreed")
    assert DeadlineRule.objects.count() == 2


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"anchor": "item"}, "items of an agenda have no times"),
        ({"exempt_kinds": ["contribution_action"]}, "either bound by the rule or exempt"),
        ({"kinds": ["draft_report"]}, "no rule judges them"),
        ({"offset": 0}, "1 to 180 days"),
        ({"offset": 1441}, "1440 hours"),
        ({"offset": 181, "unit": "days"}, "1 to 180 days"),
        ({"source": "  "}, "where the rule comes from"),
    ],
)
def test_what_no_rule_may_say_is_refused(dg, secretary, nothing_kept, wrong, words):
    with pytest.raises(rulebook.RuleRefused, match=words):
        rulebook.keep(own(dg, **wrong), actor=secretary, reason="Agreed")


@pytest.mark.parametrize(("offset", "unit"), [(1, "hours"), (1440, "hours"), (180, "days")])
def test_the_longest_and_the_shortest_are_kept(dg, secretary, offset, unit):
    assert rulebook.keep(own(dg, offset=offset, unit=unit), actor=secretary, reason="Agreed").pk


def test_a_rule_without_a_reason_is_refused(dg, secretary, nothing_kept):
    with pytest.raises(ReasonMissing, match="Say why"):
        rulebook.keep(own(dg), actor=secretary, reason=" ")


def test_no_change_is_refused(dg, secretary):
    kept = rulebook.keep(own(dg), actor=secretary, reason="Agreed")
    with pytest.raises(rulebook.RuleRefused, match="Nothing is changed"):
        rulebook.keep(DeadlineRule.objects.get(pk=kept.pk), actor=secretary, reason="Agreed")
    assert kept.history.count() == 1


def test_a_change_made_meanwhile_is_not_written_over(dg, secretary):
    kept = rulebook.keep(own(dg), actor=secretary, reason="Agreed")
    seen = rulebook.version_of(kept)
    kept.offset = 72
    rulebook.keep(kept, actor=secretary, reason="Three days", seen=seen)
    kept.offset = 96
    with pytest.raises(rulebook.RuleChanged):
        rulebook.keep(kept, actor=secretary, reason="Four days", seen=seen)
    assert DeadlineRule.objects.get().offset == 72


def test_a_rule_of_a_group_can_replace_only_a_general_one(dg, secretary):
    one = rulebook.keep(own(dg), actor=secretary, reason="Agreed")
    with pytest.raises(rulebook.RuleRefused, match="Only a rule of a group replaces another"):
        rulebook.keep(own(dg, offset=72, replaces=one), actor=secretary, reason="Agreed")


# --- Whose a rule is ------------------------------------------------------------------------------------------------


def test_what_binds_every_group_is_the_administrators(dg, secretary, administrator):
    for group in (factories.make_group("CWG-INTERNET"), factories.make_group("WG-WSIS")):
        factories.accredit(secretary, group, "secretariat", office=factories.make_office())
    with pytest.raises(PermissionDenied):
        rulebook.keep(own(None), actor=secretary, reason="For all")
    assert not DeadlineRule.objects.exists()
    kept = rulebook.keep(own(None), actor=administrator, reason="For all")
    kept.active = False
    with pytest.raises(PermissionDenied):
        rulebook.keep(kept, actor=secretary, reason="For none")
    assert DeadlineRule.objects.get().active


def test_a_rule_of_a_group_is_its_secretariats_alone(dg, secretary, administrator, nothing_kept):
    other = factories.make_group("CWG-INTERNET")
    for actor, group in ((secretary, other), (administrator, dg)):
        with pytest.raises(PermissionDenied):
            rulebook.keep(own(group), actor=actor, reason="Agreed")


def test_a_rule_is_not_carried_over_to_a_group_of_ones_own(dg, secretary):
    other = factories.make_group("CWG-INTERNET")
    foreign = DeadlineRule.objects.create(
        group=other, name="Theirs", offset=48, unit="hours", effect="flag", source="Theirs"
    )
    foreign.group = dg
    with pytest.raises(PermissionDenied):
        rulebook.keep(foreign, actor=secretary, reason="Ours now")
    assert DeadlineRule.objects.get().group == other


# --- The pair of Decision 556 ---------------------------------------------------------------------------------------


def test_a_preset_gives_the_group_the_pair_of_decision_556_beside_the_general_rule(dg, secretary):
    general = factories.twenty_four_hours()
    made = rulebook.apply_preset("decision-556", dg, actor=secretary, reason="Council Decision 556")
    assert [(rule.offset, rule.measured, rule.effect) for rule in made] == [
        (12, "received", "flag"),
        (7, "available", "flag"),
    ]
    assert set(rules.rules_for(factories.make_register(dg))) == {general, *made}
    assert JournalEntry.objects.filter(act="deadline_rule").count() == 2
    other = factories.make_register(factories.make_group("CWG-INTERNET"), 11)
    assert rules.rules_for(other) == [general]


def test_a_preset_adds_only_what_is_missing_and_nothing_twice(dg, secretary):
    rulebook.keep(rulebook.row_of(DECISION_556[0], dg), actor=secretary, reason="Agreed")
    (made,) = rulebook.apply_preset("decision-556", dg, actor=secretary, reason="Agreed")
    assert made.offset == 7
    with pytest.raises(rulebook.RuleRefused, match="has these rules already"):
        rulebook.apply_preset("decision-556", dg, actor=secretary, reason="Agreed")
    assert DeadlineRule.objects.count() == 2


def test_a_preset_is_for_the_secretariat_of_the_group(dg, administrator, nothing_kept):
    with pytest.raises(PermissionDenied):
        rulebook.apply_preset("decision-556", dg, actor=administrator, reason="Agreed")


def test_every_kind_does_not_mean_the_papers_of_the_session():
    received = DECISION_556[0]
    assert not any(received.speaks_of(kind) for kind in SESSION_PAPERS)
    assert received.measures("information") and not received.measures("compilation")
