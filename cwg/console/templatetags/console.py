"""What the console's templates ask: the rows of a list, and a value as the console shows it."""

from typing import Any

from django import template

from cwg.console import act_labels, console_values

register = template.Library()


@register.simple_tag
def list_rows(cl: Any) -> list[dict[str, Any]]:
    """The rows of a change list: `{"pk", "url", "name", "cells": [{"label", "value", "link"}]}`."""
    names = list(cl.list_display)
    labels = {name: console_values.label(cl.model, name, cl.model_admin) for name in names}
    links = cl.list_display_links or names[:1]
    return [
        {
            "pk": row.pk,
            "url": cl.url_for_result(row),
            "row": row,
            "cells": [
                {
                    "label": labels[name],
                    "value": console_values.value_of(row, name, cl.model_admin),
                    "link": name in links,
                    "head": position == 0,
                }
                for position, name in enumerate(names)
            ],
        }
        for row in cl.result_list
    ]


@register.simple_tag
def list_heads(cl: Any) -> list[dict[str, Any]]:
    """The heads of the columns, with the address that sorts by each and how it is sorted now."""
    from django.contrib.admin.templatetags.admin_list import result_headers

    names = list(cl.list_display)
    return [
        {
            "label": console_values.label(cl.model, name, cl.model_admin),
            "url": head.get("url_primary", "") if head["sortable"] else "",
            "sorted": ("ascending" if head.get("ascending") else "descending") if head.get("sorted") else "",
        }
        for name, head in zip(names, result_headers(cl), strict=True)
    ]


@register.simple_tag
def filter_choices(cl: Any, spec: Any) -> dict[str, Any]:
    """One filter of a list: its title, its choices, and the chosen one where it is not "all"."""
    choices = list(spec.choices(cl))
    chosen = next((c["display"] for c in choices[1:] if c["selected"]), "")
    return {"title": spec.title, "choices": choices, "chosen": chosen}


@register.filter
def shown(value: Any, style: str = "short") -> str:
    return console_values.shown(value, style)


@register.filter
def act_label(code: str) -> str:
    """A code of the record in words."""
    return act_labels.label_of(code)


@register.simple_tag
def cell_label(panel: Any, position: int) -> Any:
    """The head over a cell of a panel."""
    return panel.head[position]
