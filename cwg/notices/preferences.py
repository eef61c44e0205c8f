"""Which mails a person wants: the person's own choice, else the kind's default."""

from collections.abc import Iterable

from cwg.members.models import Person

from . import kinds
from .kinds import NoticeKind
from .models import Preference


class NotSettable(ValueError):
    """Nobody registered that kind, or its mails are always sent."""


def wants(person: Person, kind: NoticeKind | str) -> bool:
    """Whether `person` wants mails of that kind. Raises KeyError for a kind nobody registered."""
    kind = kinds.get(kind) if isinstance(kind, str) else kind
    if not kind.is_settable:
        return True
    chosen = Preference.objects.filter(person=person, kind=kind.name).values_list("wanted", flat=True).first()
    return kind.default if chosen is None else chosen


def wanting(people: Iterable[Person], kind: NoticeKind) -> set[int]:
    """Ids of those of `people` who want mails of that kind, in one query however many they are."""
    ids = {person.pk for person in people}
    if not kind.is_settable or not ids:
        return ids
    other_way = Preference.objects.filter(person__in=ids, kind=kind.name, wanted=not kind.default)
    differing = set(other_way.values_list("person_id", flat=True))
    return ids - differing if kind.default else differing


def of(person: Person) -> list[tuple[NoticeKind, bool]]:
    """The kinds a person may set, each with whether it is wanted: what the settings page shows."""
    chosen = dict(Preference.objects.filter(person=person).values_list("kind", "wanted"))
    return [(kind, chosen.get(kind.name, kind.default)) for kind in kinds.settable()]


def set_wanted(person: Person, kind_name: str, wanted: bool) -> None:
    """Keep the person's choice. Raises NotSettable."""
    if kind_name not in {kind.name for kind in kinds.settable()}:
        raise NotSettable(kind_name)
    Preference.objects.update_or_create(person=person, kind=kind_name, defaults={"wanted": wanted})
