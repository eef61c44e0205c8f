"""What the numbers in the record are called today. The record itself keeps numbers, and never a name."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from cwg.members.models import MemberState, Office, Person
from cwg.record.models import AccessEntry, JournalEntry


@dataclass(frozen=True)
class Names:
    """Names by number, read at once for a page. `zone` is the one in which instants are told: IANA, or "UTC"."""

    people: dict[int, Person] = field(default_factory=dict)
    parties: dict[str, str] = field(default_factory=dict)
    in_text: dict[str, str] = field(default_factory=dict)
    zone: str = "UTC"

    def person(self, pk: int | None) -> str:
        if pk is None:
            return _("The portal")
        found = self.people.get(pk)
        return str(found) if found else _("Person %(number)d") % {"number": pk}

    def party(self, word: str) -> str:
        """ "state:12", "office:3" as a sentence names it; "organization" and what nobody is called any more as it stands."""
        return self.in_text.get(word) or self.listed(word)

    def listed(self, word: str) -> str:
        """As `party`, as a list names it."""
        return self.parties.get(word, word)

    def with_parties(self, value: Any) -> Any:
        """`value` with the name beside each number of a party."""
        match value:
            case str():
                return f"{value} ({self.parties[value]})" if value in self.parties else value
            case dict():
                return {key: self.with_parties(each) for key, each in value.items()}
            case list():
                return [self.with_parties(each) for each in value]
        return value


def names_in(entries: Iterable[JournalEntry | AccessEntry], *, zone: str = "UTC") -> Names:
    """The names of everybody that `entries` speak of: three queries however many they are."""
    entries = list(entries)
    ids = {getattr(entry, "actor_id", None) or getattr(entry, "person_id", None) for entry in entries}
    words = {word for entry in entries for word in _party_words(getattr(entry, "facts", None))}
    states = MemberState.objects.in_bulk([int(w[6:]) for w in words if w.startswith("state:")])
    offices = Office.objects.in_bulk([int(w[7:]) for w in words if w.startswith("office:")])
    found = {f"state:{pk}": s for pk, s in states.items()} | {f"office:{pk}": o for pk, o in offices.items()}
    return Names(
        Person.objects.in_bulk([pk for pk in ids if pk is not None]),
        {word: who.name for word, who in found.items()},
        {word: who.in_text for word, who in found.items()},
        zone,
    )


def _party_words(value: Any) -> Iterable[str]:
    match value:
        case str():
            kind, _colon, number = value.partition(":")
            if kind in ("state", "office") and number.isascii() and number.isdigit() and len(number) < 10:
                yield value
        case dict():
            for each in value.values():
                yield from _party_words(each)
        case list():
            for each in value:
                yield from _party_words(each)
