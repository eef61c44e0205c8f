"""Party: the delegation or the office in whose name somebody acts in a group. "Who acts for whom" starts here.

What belongs to a party (a draft, a slot, a request, a source, an accreditation) names exactly one of a Member
State and an office, and lies in one group. The value, the querysets and the constraint that all of them share
stand here; which people act for a party is asked of `Rights` (`works_for`, `submits_for`, `parties`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self, TypeAlias, TypeVar

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from .models import Group, MemberState, Office
    from .rights import Rights


class NotEntitled(PermissionError):
    """The person may not do this for that delegation or office."""


class Named(Protocol):
    """Whatever names a State or an office: a `Party`, a row of one, a line of a filing."""

    @property
    def state_id(self) -> int | None: ...

    @property
    def office_id(self) -> int | None: ...


def record_words(named: Named) -> str:
    """How the journal names a party: "state:12", "office:3", "organization" for neither. Never a name."""
    if named.state_id is not None:
        return f"state:{named.state_id}"
    return f"office:{named.office_id}" if named.office_id is not None else "organization"


@dataclass(frozen=True)
class Party:
    """A Member State's delegation, or an office, in a group. Equal where group and State or office are."""

    group: "Group"
    state: "MemberState | None" = None
    office: "Office | None" = None

    def __post_init__(self) -> None:
        if (self.state is None) == (self.office is None):
            raise ValueError("a party is exactly one of a Member State and an office")

    def __str__(self) -> str:
        return self.name

    @property
    def who(self) -> "MemberState | Office":
        found = self.state or self.office
        assert found is not None  # exactly one is there
        return found

    @property
    def group_id(self) -> int:
        return self.group.pk

    @property
    def state_id(self) -> int | None:
        return self.state.pk if self.state else None

    @property
    def office_id(self) -> int | None:
        return self.office.pk if self.office else None

    @property
    def is_delegation(self) -> bool:
        return self.state is not None

    @property
    def is_invited(self) -> bool:
        """A body without presence in the portal (report of 13 February 2009, 3.6): the secretariat acts for it."""
        return self.office is not None and self.office.is_invited

    @property
    def falls_to_secretariat(self) -> bool:
        """Whether the secretariat of the group acts in its place, whoever holds that."""
        return self.is_invited

    @property
    def name(self) -> str:
        """As people read it today, in the active language; a registered document keeps its `printed_as`."""
        return self.who.name

    @property
    def in_text(self) -> str:
        """The name within a sentence: "the Syrian Arab Republic". At its start: `capfirst`."""
        return self.who.in_text

    @property
    def code(self) -> str:
        """ "SAU", or the code of the office."""
        if self.state is not None:
            return self.state.iso3
        assert self.office is not None
        return self.office.code

    @property
    def key(self) -> str:
        """In addresses and forms: "cwg-internet.SAU"."""
        return f"{self.group.slug}.{self.code}"

    @property
    def record(self) -> str:
        return record_words(self)


def with_key(parties: Iterable[Party], key: str) -> Party | None:
    """The one of `parties` that an address or a form names."""
    return next((party for party in parties if party.key == key), None)


@dataclass(frozen=True)
class Secretariat:
    """The secretariat of a group, whoever holds it: what it files for others is in these hands, and in no one office's.

    No party: nothing bears its name. An office of it may end, and its people change, while a draft waits.
    """

    group: "Group"

    is_delegation: ClassVar[bool] = False
    falls_to_secretariat: ClassVar[bool] = True

    @property
    def group_id(self) -> int:
        return self.group.pk


# In whose hands something is.
Hand: TypeAlias = Party | Secretariat


# --- Rows of a party ----------------------------------------------------------------------------------------------


class NamesParty(models.Model):
    """A row with `state` and `office` that may name a party. Its group lies at `path_to_group`.

    Whoever reads `party` of many rows selects state, office and that path with them.

    Where the secretariat may file for others, the column that `says_filed_for_another` names tells of which rows it
    does: such a row bears the party's name and is in the hands of the group's secretariat, and of nobody else. Who works
    on rows, sees or submits them asks the querysets below, which know that, or `in_hand` of a row.
    """

    path_to_group: ClassVar[str] = "group"
    says_filed_for_another: ClassVar[str] = ""

    class Meta:
        abstract = True

    @property
    def party(self) -> Party | None:
        row: Any = self
        if row.state_id is None and row.office_id is None:
            return None
        return Party(reduce(getattr, self.path_to_group.split("__"), row), row.state, row.office)

    @property
    def in_hand(self) -> Hand | None:
        """In whose hands the row is: the secretariat's that files it for another, else those of the party it names."""
        row: Any = self
        if self.says_filed_for_another and getattr(row, self.says_filed_for_another):
            return Secretariat(reduce(getattr, self.path_to_group.split("__"), row))
        return self.party

    @classmethod
    def not_filed_for_another(cls) -> Q:
        """Rows that are in the hands of the party they name."""
        return Q(**{cls.says_filed_for_another: False}) if cls.says_filed_for_another else Q()

    @classmethod
    def in_the_secretariats_hands(cls) -> Q:
        """Rows that are in the hands of the secretariat of their group, whatever party they name."""
        return Q(**{cls.says_filed_for_another: True}) if cls.says_filed_for_another else Q(pk__in=[])

    @classmethod
    def in_the_hands_of(cls, hand: Named | Secretariat) -> Q:
        """`in_hand` as a condition: the party's own rows, or those that a secretariat files for others."""
        if not isinstance(hand, Secretariat):
            return Q(state=hand.state_id, office=hand.office_id) & cls.not_filed_for_another()
        return cls.in_the_secretariats_hands()

    def belongs(self, to: Named) -> bool:
        """Whether the row names the same State or office; no query. The groups are the caller's matter."""
        row: Any = self
        named = (row.state_id, row.office_id)
        return named == (to.state_id, to.office_id) and named != (None, None)


class OfParty(NamesParty):
    """A row that names exactly one State or office; see `one_party`."""

    class Meta:
        abstract = True

    @property
    def party(self) -> Party:
        found = super().party
        assert found is not None  # the constraint of `one_party`
        return found

    @property
    def in_hand(self) -> Hand:
        found = super().in_hand
        assert found is not None  # as above
        return found


Row = TypeVar("Row", bound=NamesParty, covariant=True)


class PartyQuerySet(models.QuerySet[Row]):
    """Rows of parties; `path_to_group` of their model says where the group lies."""

    def naming(self, named: Named | Secretariat) -> Self:
        """Rows in the hands of the same State or office, in whatever group."""
        return self.filter(self.model.in_the_hands_of(named))

    def of_party(self, hand: Hand) -> Self:
        """Rows in these hands, in their group."""
        return self.naming(hand).filter(**{self.model.path_to_group: hand.group_id})

    def worked_for_by(self, rights: "Rights") -> Self:
        """Rows in the hands of parties that this person works for; none for nobody."""
        return self.filter(rights.where_works_for(self.model))

    def submitted_for_by(self, rights: "Rights") -> Self:
        """Rows in the hands of parties for which this person submits; none for nobody."""
        return self.filter(rights.where_submits_for(self.model))


# --- Constraints --------------------------------------------------------------------------------------------------


def one_party(name: str) -> models.CheckConstraint:
    """The row names exactly one of a State and an office."""
    return models.CheckConstraint(
        name=name,
        condition=Q(state__isnull=False, office__isnull=True) | Q(state__isnull=True, office__isnull=False),
    )


def named_where(name: str, column: str, **rows: Any) -> models.CheckConstraint:
    """`column` ("state" or "office") is filled for the rows that a filter by `rows` finds, and for no others."""
    named = f"{column}__isnull"
    return models.CheckConstraint(
        name=name, condition=Q(**rows, **{named: False}) | (~Q(**rows) & Q(**{named: True}))
    )
