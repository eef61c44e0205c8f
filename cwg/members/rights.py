"""What a person may do at an instant: read from the accreditations in force, and from nothing else.

Deny by default. Every `visible_to` and every verb asks a `Rights`. Nothing is inherited between groups.

Who acts for whom is asked here and nowhere else. For a delegation its delegates and focal points work, and its
focal points submit. For an office everybody accredited to it does both: the chair and the vice-chairs alike,
because any vice-chair may chair. An invited body has no presence in the portal, whoever is accredited for it: the
secretariat of the group acts in its name. What the secretariat files for others is in its hands, whichever of its
offices somebody is accredited to, and in nobody else's, whose name it ever bears (`parties.Secretariat`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from django.db.models import DateTimeField, Q, Value

from cwg import clock

from .models import UNREAD_WHERE_NAMED, Accreditation, Office, Person, Role
from .parties import Hand, NamesParty, Party

# Invited contributors and stakeholders have no right to the Group's documents (report of 13 February 2009, 3.6);
# an administrator looks after accounts, not after documents.
READERS = frozenset(
    {
        Role.DELEGATE,
        Role.FOCAL_POINT,
        Role.CHAIR,
        Role.VICE_CHAIR,
        Role.SECRETARIAT,
        Role.BUREAU,
        Role.AUDITOR,
    }
)
# Who sees a meeting before it is announced.
PREPARERS = frozenset({Role.CHAIR, Role.VICE_CHAIR, Role.SECRETARIAT, Role.AUDITOR})
# The console: the secretariat and administrators change things there, the auditor only looks.
CONSOLE = frozenset({Role.SECRETARIAT, Role.ADMINISTRATOR, Role.AUDITOR})
# What an administrator may touch: people, who they are, and what binds every group; never documents.
ADMINISTERED_MODELS = frozenset(
    {"person", "accreditation", "invitation", "group", "memberstate", "office", "policyissue"}
)
# Who acts in the name of the State or office that the accreditation names.
SUBMITTERS = frozenset({Role.FOCAL_POINT, Role.CHAIR, Role.VICE_CHAIR, Role.SECRETARIAT, Role.BUREAU})
WORKERS = SUBMITTERS | {Role.DELEGATE}


@dataclass(frozen=True)
class Rights:
    """The rights of `person` (None: nobody) at `at`, an aware instant in UTC."""

    person: Person | None
    at: datetime
    accreditations: tuple[Accreditation, ...] = field(default=())

    @property
    def holder(self) -> Person:
        """Whose rights these are, once it is known that there are any: nobody holds none."""
        assert self.person is not None
        return self.person

    def _groups(self, roles: Iterable[str]) -> frozenset[int]:
        return frozenset(a.group_id for a in self.accreditations if a.role in roles)

    @property
    def readable_groups(self) -> frozenset[int]:
        """Ids of the groups whose announced meetings and documents this person reads."""
        return self._groups(READERS)

    @property
    def prepared_groups(self) -> frozenset[int]:
        """Ids of the groups whose meetings this person sees before they are announced."""
        return self._groups(PREPARERS)

    @property
    def secretariat_groups(self) -> frozenset[int]:
        return self._groups({Role.SECRETARIAT})

    @property
    def is_membership(self) -> bool:
        """Belongs to ITU's membership in any group: reads what is disclosed to the membership."""
        return bool(self.readable_groups)

    @property
    def is_auditor(self) -> bool:
        return bool(self._groups({Role.AUDITOR}))

    @property
    def is_secretariat(self) -> bool:
        return bool(self.secretariat_groups)

    @property
    def enters_console(self) -> bool:
        return bool(self._groups(CONSOLE))

    @property
    def zone(self) -> str:
        """An IANA name: the zone in which instants of no meeting are shown to this person. Chosen, else the seat's."""
        chosen = self.person.time_zone if self.person else ""
        return chosen or next((a.group.zone for a in self.accreditations), "UTC")

    def delegation_seats(self) -> tuple[Accreditation, ...]:
        """Accreditations as delegate or focal point, by group code."""
        return tuple(a for a in self.accreditations if a.state_id)

    def states_in(self, group_id: int) -> frozenset[int]:
        return frozenset(a.state_id for a in self.accreditations if a.group_id == group_id and a.state_id)

    def is_focal_point(self, group_id: int, state_id: int) -> bool:
        return any(
            a.role == Role.FOCAL_POINT and a.group_id == group_id and a.state_id == state_id
            for a in self.accreditations
        )

    # --- Who acts for whom ---

    def works_for(self, hand: Hand | None) -> bool:
        """Whether the person drafts for this party and answers what is asked of it. Nobody works for no party."""
        return self._acts_for(hand, WORKERS)

    def submits_for(self, hand: Hand | None) -> bool:
        """Whether the person submits, signs and withdraws in this party's name."""
        return self._acts_for(hand, SUBMITTERS)

    @cached_property
    def own_parties(self) -> tuple[Party, ...]:
        """The parties the person works for by an accreditation, by group code. No query: every page may ask it."""
        return self._seats(WORKERS)

    @cached_property
    def filers(self) -> tuple[Party, ...]:
        """The secretariats' offices as which the person files papers for others, by group code: one a group. No query.

        Of several in one group the first that was given: what is filed is in the hands of all of them alike.
        """
        first: dict[int, Party] = {}
        for office in self._seats(frozenset({Role.SECRETARIAT})):
            first.setdefault(office.group_id, office)
        return tuple(first.values())

    def filer_for(self, party: Party | None) -> Party | None:
        """The office of the secretariat as which the person files a paper for this party; None where the person does not.

        For everybody in its group but for a secretariat, which writes itself.
        """
        if party is None or (party.office is not None and party.office.is_secretariat):
            return None
        return next((filer for filer in self.filers if filer.group_id == party.group_id), None)

    def where_works_for(self, rows: type[NamesParty]) -> Q:
        """`works_for` as a condition on rows of that model: of the party that each is in the hands of."""
        return self._where_acts_for(WORKERS, rows)

    def where_submits_for(self, rows: type[NamesParty]) -> Q:
        """`submits_for` as a condition on rows, as `where_works_for`."""
        return self._where_acts_for(SUBMITTERS, rows)

    def _seats(self, roles: frozenset[Role]) -> tuple[Party, ...]:
        held = (seat.party for seat in self.accreditations if seat.role in roles)
        return tuple(dict.fromkeys(party for party in held if party and not party.is_invited))

    def _acts_for(self, hand: Hand | None, roles: frozenset[Role]) -> bool:
        if hand is None:
            return False
        return (
            hand.group_id in self.secretariat_groups
            if hand.falls_to_secretariat
            else hand in self._seats(roles)
        )

    def _where_acts_for(self, roles: frozenset[Role], rows: type[NamesParty]) -> Q:
        path = rows.path_to_group
        found = Q(pk__in=[])
        for party in self._seats(roles):
            found |= Q(**{path: party.group_id}) & rows.in_the_hands_of(party)
        if self.secretariat_groups:
            served = Q(office__kind=Office.Kind.INVITED) | rows.in_the_secretariats_hands()
            found |= Q(**{f"{path}__in": self.secretariat_groups}) & served
        return found

    def has_role(self, role: str, group_id: int | None = None) -> bool:
        return any(a.role == role and group_id in (None, a.group_id) for a in self.accreditations)

    def may_in_console(self, perm: str) -> bool:
        """`app.action_model` of Django's admin. Only viewing for the auditor; accounts for the administrator."""
        action, _, model = perm.rpartition(".")[2].partition("_")
        if self.is_secretariat:
            return True
        if self.has_role(Role.ADMINISTRATOR) and model.removeprefix("historical") in ADMINISTERED_MODELS:
            return True
        return self.is_auditor and action == "view"


def rights_of(person, at: datetime | None = None) -> Rights:
    """The rights of a person (or of an anonymous visitor: none) at `at`, by default now by the database's clock."""
    if person is None or not getattr(person, "is_authenticated", False) or not person.is_active:
        return Rights(None, at or clock.now())
    # Clock and accreditations in one question: every page asks it.
    reading = Value(at, output_field=DateTimeField()) if at else clock.reading()
    held = tuple(
        Accreditation.objects.in_force(reading)
        # Asked of the row and not of the object: somebody disabled meanwhile has no rights under a lock either.
        .filter(person_id=person.pk, person__is_active=True)
        .annotate(read_at=reading)
        .select_related("group", "state", "office")
        .defer(*(f"state__{name}" for name in UNREAD_WHERE_NAMED))
        .order_by("group__code", "role", "pk")
    )
    if at is None:
        first: Any = held[0] if held else None  # with the annotation, which its type does not show
        at = first.read_at.astimezone(UTC) if first else clock.now()
    return Rights(person, at, held)


# --- Whether anybody is there -------------------------------------------------------------------------------------


def anybody_submits_for(hand: Hand, at: datetime) -> bool:
    """Whether somebody submits and signs in this party's name at `at`: what is asked of it reaches nobody else."""
    held = Accreditation.objects.in_force(at).filter(group=hand.group_id, person__is_active=True)
    if hand.falls_to_secretariat:
        return held.filter(role=Role.SECRETARIAT).exists()
    return held.of_party(hand).filter(role__in=SUBMITTERS).exists()


def without_anybody(parties: Iterable[Party], at: datetime) -> list[Party]:
    """Those of `parties`, in their order, for which nobody works at `at`: whom no mail reaches that is written to them.

    One query, however many they are.
    """
    asked = list(parties)
    held = Accreditation.objects.in_force(at).filter(
        group__in={party.group_id for party in asked}, role__in=WORKERS, person__is_active=True
    )
    seats, served = set(), set()
    for group_id, role, state_id, office_id in held.values_list("group_id", "role", "state_id", "office_id"):
        seats.add((group_id, state_id, office_id))
        if role == Role.SECRETARIAT:
            served.add(group_id)
    return [
        party
        for party in asked
        if not (
            party.group_id in served
            if party.falls_to_secretariat
            else (party.group_id, party.state_id, party.office_id) in seats
        )
    ]


def offices_that_answer(group_id: int, at: datetime) -> frozenset[int]:
    """The offices to which somebody who acts for them is accredited in a group. One query."""
    held = Accreditation.objects.in_force(at).filter(
        group=group_id, office__isnull=False, role__in=SUBMITTERS, person__is_active=True
    )
    return frozenset(office for office in held.values_list("office_id", flat=True) if office is not None)


def states_that_answer(group_id: int, at: datetime) -> frozenset[int]:
    """The Member States for which `anybody_submits_for` holds in a group, all in one query."""
    held = Accreditation.objects.in_force(at).filter(
        group=group_id, state__isnull=False, role__in=SUBMITTERS, person__is_active=True
    )
    return frozenset(state for state in held.values_list("state_id", flat=True) if state is not None)
