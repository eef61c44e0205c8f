"""The groups, the offices and the people of the demonstration, each with its own accreditation to every group."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cwg.members.models import Accreditation, Group, MemberState, Office, Person, Role
from cwg.record.history import sign

PASSWORD = "geneva-2009"
REASON = "demonstration"

# Before the first meeting the demonstration tells of was convened.
SINCE = timedelta(days=365)

WG_WSIS, DEDICATED_GROUP, CWG_INTERNET = "WG-WSIS", "DG", "CWG-Internet"

# Code, name, short name, part of, open to.
GROUPS = (
    (WG_WSIS, "Working Group on WSIS", "WG-WSIS", None, Group.Membership.MEMBERSHIP),
    (
        DEDICATED_GROUP,
        "Dedicated Group on international Internet-related public policy issues",
        "Dedicated Group",
        WG_WSIS,
        Group.Membership.MEMBER_STATES,
    ),
    (
        CWG_INTERNET,
        "Council Working Group on international Internet-related public policy issues",
        "CWG-Internet",
        None,
        Group.Membership.MEMBER_STATES,
    ),
)

CHAIR_OFFICES = {WG_WSIS: "chair-wg-wsis", DEDICATED_GROUP: "chair-dg", CWG_INTERNET: "chair"}
OFFICES = (
    ("secretariat", Office.Kind.SECRETARIAT, "Secretariat"),
    ("chair", Office.Kind.CHAIR, "Chair of CWG-Internet"),
    ("chair-wg-wsis", Office.Kind.CHAIR, "Chair of WG-WSIS"),
    ("chair-dg", Office.Kind.CHAIR, "Chair of the Dedicated Group"),
    ("gs", Office.Kind.BUREAU, "General Secretariat"),
    ("br", Office.Kind.BUREAU, "Radiocommunication Bureau (BR)"),
    ("tsb", Office.Kind.BUREAU, "Telecommunication Standardization Bureau (TSB)"),
    ("bdt", Office.Kind.BUREAU, "Telecommunication Development Bureau (BDT)"),
    ("gac", Office.Kind.INVITED, "Governmental Advisory Committee (GAC)"),
)

STATES = {
    "SAU": gettext_noop("Saudi Arabia"),
    "SYR": gettext_noop("Syrian Arab Republic"),
    "FRA": gettext_noop("France"),
    "RUS": gettext_noop("Russian Federation"),
    "LVA": gettext_noop("Latvia"),
    "USA": gettext_noop("United States of America"),
    "CHN": gettext_noop("China"),
    "BRA": gettext_noop("Brazil"),
}


@dataclass(frozen=True)
class Account:
    """Somebody to sign in as. `state` is an ISO code; `office` a code, or "chair": that of each group."""

    address: str
    who: str
    role: str
    state: str = ""
    office: str = ""


def _delegations():
    for code, name in STATES.items():
        low = code.lower()
        yield Account(f"focal.{low}@demo.example", f"Focal point of {name}", Role.FOCAL_POINT, state=code)
        yield Account(f"delegate.{low}@demo.example", f"Delegate of {name}", Role.DELEGATE, state=code)


ACCOUNTS = (
    Account("secretariat@demo.example", gettext_noop("Secretariat"), Role.SECRETARIAT, office="secretariat"),
    Account("chair@demo.example", gettext_noop("Chair"), Role.CHAIR, office="chair"),
    Account("gs@demo.example", gettext_noop("General Secretariat"), Role.BUREAU, office="gs"),
    Account("tsb@demo.example", gettext_noop("Bureau (TSB)"), Role.BUREAU, office="tsb"),
    Account("auditor@demo.example", gettext_noop("Auditor"), Role.AUDITOR),
    Account("administrator@demo.example", gettext_noop("Administrator"), Role.ADMINISTRATOR),
    *_delegations(),
)


def for_sign_in() -> list[tuple[str, str]]:
    """(address, what the person is) in the active language, as the sign-in page offers them in demo mode."""
    return [(account.address, _described(account)) for account in ACCOUNTS]


def _described(account: Account) -> str:
    if not account.state:
        return _(account.who)
    state = {"state": _(STATES[account.state])}
    if account.role == Role.FOCAL_POINT:
        return _("Focal point of %(state)s") % state
    return _("Delegate of %(state)s") % state


def listing() -> str:
    """The accounts as a table: address, who, password."""
    width = max(len(account.address) for account in ACCOUNTS)
    broad = max(len(account.who) for account in ACCOUNTS)
    lines = [f"{'Sign in as':{width}}  {'Who':{broad}}  Password"]
    lines += [f"{account.address:{width}}  {account.who:{broad}}  {PASSWORD}" for account in ACCOUNTS]
    return "\n".join(lines)


def make(at: datetime) -> None:
    """Make what is missing of groups, offices, people and accreditations. `at` is an aware instant.

    A person that is there keeps name and password; an accreditation that was ended stays ended.
    """
    with transaction.atomic():
        groups = _groups()
        for code, kind, name in OFFICES:
            if not Office.objects.filter(code=code).exists():
                _save(Office(code=code, kind=kind, name=name))
        offices = {office.code: office for office in Office.objects.all()}
        states = {state.iso3: state for state in MemberState.objects.filter(iso3__in=STATES)}
        for account in ACCOUNTS:
            person = Person.objects.filter(email=account.address).first()
            if person is None:
                person = Person.objects.create_person(account.address, account.who, PASSWORD)
            for group in groups:
                office = CHAIR_OFFICES[group.code] if account.office == "chair" else account.office
                _accredit(
                    person, group, account.role, states.get(account.state), offices.get(office), at - SINCE
                )


def _groups() -> list[Group]:
    groups: dict[str, Group] = {}
    for code, name, short_name, parent, open_to in GROUPS:
        group = Group.objects.filter(code=code).first()
        if group is None:
            group = Group(
                code=code,
                slug=code.lower(),
                name=name,
                short_name=short_name,
                parent=groups.get(parent or ""),
                open_to=open_to,
            )
            _save(group)
        groups[code] = group
    return list(groups.values())


def _accredit(person: Person, group: Group, role: str, state, office, since: datetime) -> None:
    # Open or ended, in whatever role: if the person ever sat there, the demonstration has done its part.
    seat = Accreditation.objects.filter(person=person, group=group, state=state, office=office)
    if not seat.exists():
        _save(Accreditation(person=person, group=group, role=role, state=state, office=office, since=since))


def _save(row) -> None:
    sign(row, None, REASON)
    row.save()
