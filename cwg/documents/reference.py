"""What every installation needs before its first meeting: deadline rules and lists of policy issues.

Loading is safe to repeat. A rule or an issue is put there once: what the secretariat edited, switched off or
took out since is left as it left it, because its history tells that it was there.
"""

from dataclasses import dataclass

from cwg.record import chain_clock, journal
from cwg.record.history import sign

from . import rulebook
from .deadlines import DECISION_556, TWENTY_FOUR_HOURS, Rule
from .models import DeadlineRule, PolicyIssue

REASON = "reference data"

RESOLUTION_1305 = "Resolution 1305"
SAUDI_ARABIA_2009 = "Saudi Arabia, 12 February 2009"

# Council Resolution 1305 (2009), annex; the thirteen issues of Saudi Arabia as the Dedicated Group's report of
# 13 February 2009 lists them.
ISSUES: dict[str, tuple[str, ...]] = {
    RESOLUTION_1305: (
        "Multilingualization of the Internet, including internationalized domain names",
        "International Internet connectivity",
        "International public policy issues pertaining to the Internet and the management of Internet resources, "
        "including domain names and addresses",
        "The security, safety, continuity, sustainability and robustness of the Internet",
        "Combating cybercrime",
        "Dealing effectively with spam",
        "Issues pertaining to the use and misuse of the Internet",
        "Availability, affordability, reliability and quality of service",
        "Capacity building for Internet governance in developing countries",
        "Developmental aspects of the Internet",
        "Respect for privacy and the protection of personal information and data",
        "Protecting children and young people from abuse and exploitation",
    ),
    SAUDI_ARABIA_2009: (
        "Multilingualization of the Internet",
        "Reducing international Internet costs",
        "Coordination and management of critical Internet resources",
        "The security, safety, continuity, sustainability, and robustness of the Internet",
        "Prosecution of cybercrime",
        "Dealing effectively with spam",
        "Issues pertaining to the use and misuse of the Internet",
        "Internet naming and addressing, including administration of the root zone files and root server system of "
        "the domain name system (DNS) and allocation of generic top-level domain names (gTLDs)",
        "Availability, affordability, reliability, and quality of service, especially in the developing world",
        "Contributing to capacity building for Internet governance in developing countries",
        "Developmental aspects of the Internet",
        "Respect for privacy and the protection of personal information and data",
        "Protecting children and young people from abuse and exploitation",
    ),
}

# The 24-hour rule ships as the default; the pair of Decision 556 lies ready for a group that agrees on it.
RULES: tuple[tuple[Rule, bool], ...] = (
    (TWENTY_FOUR_HOURS, True),
    *((rule, False) for rule in DECISION_556),
)


@dataclass(frozen=True)
class Loaded:
    """How many deadline rules and policy issues were put there by this run."""

    rules: int
    issues: int


def load() -> Loaded:
    """Put the rules and the issues there that were never there. One transaction; a second run changes nothing."""
    # The portal's row is locked first: two loads at once do not both find a rule missing.
    with journal.acting_on_portal() as portal:
        made = [row for rule, active in RULES if (row := _rule(rule, active)) is not None]
        for row in made:
            # Where nothing is to be added the clock is not asked: an update goes on with a wrong one.
            at = chain_clock.read(portal)
            facts = {"group": None, "before": None, "after": rulebook.as_kept(row), "reason": REASON}
            journal.append(portal, "deadline_rule", at=at, actor_id=None, facts=facts)
        issues = sum(
            _issue(list_name, number, title)
            for list_name, titles in ISSUES.items()
            for number, title in enumerate(titles, 1)
        )
    return Loaded(len(made), issues)


def _rule(rule: Rule, active: bool) -> DeadlineRule | None:
    # By the terms it was first put there with: whoever edits a rule since leaves that row in its history.
    put = {"group": None, "offset": rule.offset, "unit": str(rule.unit), "source": rule.source}
    if DeadlineRule.history.filter(**put).exists() or DeadlineRule.objects.filter(**put).exists():
        return None
    row = rulebook.row_of(rule)
    row.active = active
    sign(row, None, REASON)
    row.save()
    return row


def _issue(list_name: str, number: int, title: str) -> bool:
    """Whether the issue was put there now."""
    place = {"list_name": list_name, "number": number}
    if PolicyIssue.history.filter(**place).exists() or PolicyIssue.objects.filter(**place).exists():
        return False
    issue = PolicyIssue(title=title, **place)
    sign(issue, None, REASON)
    issue.save()
    return True
