"""Deadline rules as people keep them: entered and changed for a reason that the portal's chain records.

Deadlines already set for a meeting keep the terms they were set with (`rules.terms`); a change of a rule is for
meetings to come.
"""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cwg import clock
from cwg.members.models import Person
from cwg.record import journal
from cwg.record.history import sign

from . import rules
from .deadlines import Anchor
from .models import DeadlineRule


class RuleRefused(ValueError):
    """The rule cannot be kept so. `str()` is a sentence for the person; nothing was changed."""


def keep(rule: DeadlineRule, *, actor: Person, reason: str) -> DeadlineRule:
    """Save a new or changed rule with its history and an entry in the portal's chain.

    The caller has asked whether the actor may. Raises RuleRefused.
    """
    reason = reason.strip()
    if not reason:
        raise RuleRefused(_("Say why. The reason is kept in the record."))
    if rule.anchor == Anchor.ITEM:
        raise RuleRefused(ITEM_REFUSED)
    if set(rule.kinds) & set(rule.exempt_kinds):
        raise RuleRefused(_("A kind is either bound by the rule or exempt from it, not both."))
    with transaction.atomic():
        portal, at = journal.portal(), clock.now()
        before = DeadlineRule.objects.filter(pk=rule.pk).first() if rule.pk else None
        earlier = as_kept(before) if before else None
        sign(rule, actor, reason)
        rule.save()
        journal.append(
            portal,
            "deadline_rule",
            at=at,
            actor_id=actor.pk,
            facts={
                "group": rule.group_id,
                "before": earlier,
                "after": as_kept(rule),
                "reason": reason,
            },
        )
    return rule


def as_kept(rule: DeadlineRule) -> dict:
    """The rule as plain values for the portal's chain: its terms, whether it is active, what it replaces."""
    return rules.terms(rule) | {"active": rule.active, "replaces": rule.replaces_id}


ITEM_REFUSED = _(
    "A deadline cannot count from the discussion of an item yet: the items of an agenda have no times."
    " Choose the opening of the meeting."
)
