"""How the console shows a value, in lists, forms and histories alike. Everything a person typed comes out escaped."""

import json
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.contrib.admin.utils import label_for_field, lookup_field
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model
from django.utils.html import conditional_escape
from django.utils.translation import gettext as _

from cwg.documents.seat_times import SeatTimeField
from cwg.look.instants import date_text
from cwg.look.templatetags.portal import instant

EMPTY = "—"


def shown(value: Any, style: str = "short", zone: str = "") -> str:
    """`value` as escaped HTML; instants on the clock of `zone`, by default the secretariat's seat, with their zone.

    A naive time is one at the seat, as it was entered (`SeatTimeField`): printed as it reads.
    """
    match value:
        case None | "":
            return EMPTY
        case bool():
            return _("Yes") if value else _("No")
        case datetime() if value.tzinfo is None:
            return _("%(date)s, %(time)s") % {"date": date_text(value, style), "time": f"{value:%H:%M}"}
        case datetime():
            return instant(value, zone or settings.SEAT_ZONE, style)
        case date():
            return instant(value)
        case list() | tuple() | set():
            return conditional_escape(", ".join(str(each) for each in value)) or EMPTY
        case dict():
            return conditional_escape(json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True))
    return conditional_escape(value)


def label(model: type[Model], name: str, model_admin) -> str:
    """The words over a column or beside a value."""
    words = str(label_for_field(name, model, model_admin=model_admin))
    return words[:1].upper() + words[1:]


def value_of(row: Model, name: str, model_admin, style: str = "short") -> str:
    """What `row` has under `name` (a field, or a method of the row or its admin), as escaped HTML."""
    try:
        field, _attribute, value = lookup_field(name, row, model_admin)
    except ObjectDoesNotExist:
        return EMPTY
    if field is not None:
        value = field_value(field, value, row)
    return shown(value, style, model_admin.zone_of(row))


def field_value(field, value: Any, row: Model) -> Any:
    """The word of a choice, the row behind a foreign key, else the value."""
    if field.is_relation and not field.many_to_many:
        return getattr(row, field.name)
    return words_of(field, value)


def words_of(field, value: Any) -> Any:
    """A stored value in words: the label of a choice, also within a list of choices; a local time as entered."""
    if isinstance(field, SeatTimeField):
        return field.local(value)
    choices = dict(getattr(field, "flatchoices", None) or [])
    if choices:
        return choices.get(value, value)
    base = getattr(field, "base_field", None)
    if base is not None and isinstance(value, list | tuple):
        labels = dict(base.flatchoices or [])
        return [str(labels.get(each, each)) for each in value]
    return value
