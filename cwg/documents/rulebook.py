"""Deadline rules as people keep them: entered, changed, replaced and switched off for a reason that the portal's
chain records.

Rules add up: a group is bound by the general rules and by its own. A rule of a group may name a general rule that it
replaces for that group, while it is active. Deadlines already set for a meeting keep the terms they were set with
(`rules.terms`); a change of a rule is for meetings to come, and for others by a recorded act of theirs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cwg.members.models import Group, Person, Role
from cwg.members.rights import Rights, rights_of
from cwg.record import chain_clock, journal
from cwg.record.history import sign
from cwg.record.reasons import clean_reason

from . import rule_words, rules
from .deadlines import DECISION_556, LONGEST, SESSION_PAPERS, Anchor, Rule, Unit
from .models import DeadlineRule

# What a group takes over as it stands, by the key of its address.
PRESETS: dict[str, Sequence[Rule]] = {"decision-556": DECISION_556}

ITEM_REFUSED = gettext_lazy(
    "A deadline cannot count from the discussion of an item yet: the items of an agenda have no times."
    " Choose the opening of the meeting."
)


class RuleRefused(ValueError):
    """The rule cannot be kept so. `str()` is a sentence for the person; nothing was changed."""


class RuleChanged(RuleRefused):
    """Somebody else changed the rule since the person looked at it."""


def may_keep(rights: Rights, group_id: int | None) -> bool:
    """Whether these rights keep the rules of that group; with None: the general ones, which bind every group."""
    if group_id is None:
        return rights.has_role(Role.ADMINISTRATOR)
    return group_id in rights.secretariat_groups


def may_read(rights: Rights) -> bool:
    """Whether these rights read the rules: who prepares meetings of a group, and administrators."""
    return bool(rights.prepared_groups) or rights.has_role(Role.ADMINISTRATOR)


def keep(rule: DeadlineRule, *, actor: Person, reason: str, seen: int | None = None) -> DeadlineRule:
    """Save a new or changed rule, under the name its terms give it, with its history and an entry in the portal's chain.

    `seen` is the newest history row of the rule as the person saw it (`version_of`). Raises PermissionDenied,
    ReasonMissing, RuleRefused, RuleChanged; nothing is changed then.
    """
    with journal.acting_on_portal() as portal:
        return _keep(portal, rule, actor, reason, seen)


def apply_preset(key: str, group: Group, *, actor: Person, reason: str) -> list[DeadlineRule]:
    """Give the group the rules of a preset that it does not have yet, all or none of them.

    Raises KeyError for an unknown preset, and as `keep`; RuleRefused where the group has them all.
    """
    with journal.acting_on_portal() as portal:
        wanted = [row_of(rule, group) for rule in PRESETS[key]]
        missing = [row for row in wanted if equal_to(row) is None]
        if not missing:
            raise RuleRefused(_("The group has these rules already."))
        return [_keep(portal, row, actor, reason) for row in missing]


def presets_for(group: Group, rules_seen: Iterable[DeadlineRule]) -> list[str]:
    """The presets of which the group lacks a rule, by these rules: its own and the general ones."""
    held = {
        _compared(rule.as_rule())
        for rule in rules_seen
        if rule.group_id == group.pk or (rule.group_id is None and rule.active)
    }
    return [key for key, wanted in PRESETS.items() if any(_compared(rule) not in held for rule in wanted)]


def version_of(rule: DeadlineRule) -> int:
    """The newest row of its history: what a page shows and `keep` compares."""
    return rule.history.latest("history_id").history_id


def row_of(rule: Rule, group: Group | None = None) -> DeadlineRule:
    """A pure rule as a row that is not saved yet."""
    return DeadlineRule(
        group=group,
        name=rule_words.name_of(rule),
        kinds=sorted(rule.kinds),
        exempt_kinds=sorted(rule.exempt_kinds),
        offset=rule.offset,
        unit=str(rule.unit),
        anchor=str(rule.anchor),
        measured=str(rule.measured),
        effect=str(rule.effect),
        source=rule.source,
    )


def as_kept(rule: DeadlineRule) -> dict:
    """The rule as plain values for the portal's chain: its terms, whether it is active, what it replaces."""
    return rules.terms(rule) | {"active": rule.active, "replaces": rule.replaces_id}


def equal_to(rule: DeadlineRule) -> DeadlineRule | None:
    """Another rule that says the same of the same documents: of the same group, or a general one that holds there."""
    same_scope = Q(group_id=rule.group_id)
    if rule.group_id is not None:
        general = Q(group__isnull=True, active=True)
        same_scope |= general & ~Q(pk=rule.replaces_id) if rule.replaces_id else general
    others = DeadlineRule.objects.filter(same_scope).exclude(pk=rule.pk).order_by("-active", "pk")
    mine = _compared(rule.as_rule())
    return next((other for other in others if _compared(other.as_rule()) == mine), None)


def _compared(rule: Rule) -> Rule:
    """The terms that make two rules equal: whatever is judged by, not what they are called or where they come from."""
    return replace(rule, key="", name="", source="")


def check(rule: DeadlineRule) -> None:
    """Refuse what no rule may say. Raises RuleRefused."""
    if rule.anchor == Anchor.ITEM:
        raise RuleRefused(str(ITEM_REFUSED))
    if set(rule.kinds) & set(rule.exempt_kinds):
        raise RuleRefused(_("A kind is either bound by the rule or exempt from it, not both."))
    if SESSION_PAPERS & {*rule.kinds, *rule.exempt_kinds}:
        raise RuleRefused(
            _("Papers of the session (%(kinds)s) are no preparatory papers: no rule judges them.")
            % {"kinds": rule_words.kinds_text(SESSION_PAPERS)}
        )
    longest = LONGEST[Unit(rule.unit)]
    if not 1 <= rule.offset <= longest:
        raise RuleRefused(
            _("A deadline lies 1 to %(days)d days, or 1 to %(hours)d hours, before the meeting.")
            % {"days": LONGEST[Unit.DAYS], "hours": LONGEST[Unit.HOURS]}
        )
    if not rule.source.strip():
        raise RuleRefused(_("Say where the rule comes from."))
    if rule.replaces is not None and (rule.group_id is None or rule.replaces.group_id is not None):
        raise RuleRefused(_("Only a rule of a group replaces another, and only one for every group."))
    if (other := equal_to(rule)) is not None:
        raise RuleRefused(_already(other))


def _already(other: DeadlineRule) -> str:
    if not other.active:
        words = _("This rule is there already, switched off: “%(name)s”. Switch it on again.")
    elif other.group_id is None:
        words = _("This rule is there already, for every group: “%(name)s”.")
    else:
        words = _("This rule is there already: “%(name)s”.")
    return words % {"name": other.name}


def _keep(portal, rule: DeadlineRule, actor: Person, reason: str, seen: int | None = None) -> DeadlineRule:
    at = chain_clock.read(portal)
    before = DeadlineRule.objects.filter(pk=rule.pk).first() if rule.pk else None
    rights = rights_of(actor, at)
    for group_id in {rule.group_id, before.group_id if before else rule.group_id}:
        if not may_keep(rights, group_id):
            raise PermissionDenied(
                "What binds every group is kept by administrators, the rest by the secretariat."
            )
    reason = clean_reason(reason)
    if before is not None and seen is not None and version_of(before) != seen:
        raise RuleChanged(_("Somebody changed this rule meanwhile. Look at it as it is now."))
    if before is not None and before.group_id != rule.group_id:
        raise RuleRefused(_("A rule stays with its group. Make a new one for the other."))
    if rule.active:
        check(rule)
    rule.name = rule_words.name_of(rule.as_rule())
    earlier = as_kept(before) if before else None
    if earlier == as_kept(rule):
        raise RuleRefused(_("Nothing is changed."))
    sign(rule, actor, reason)
    rule.save()
    facts = {"group": rule.group_id, "before": earlier, "after": as_kept(rule), "reason": reason}
    journal.append(portal, "deadline_rule", at=at, actor_id=actor.pk, facts=facts)
    return rule
