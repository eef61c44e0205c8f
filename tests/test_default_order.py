"""The default order of a model is sorted by columns of its own table, and tells any two rows apart.

An order by a foreign key follows the order of the row it points to, and that of the next: each prefetch of a document's
files then joins version, revision, document, series and register only to sort files of one version. Rows that an order
does not tell apart come in whichever the database happens to find first: two meetings of the same morning change places.
"""

import pytest
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist

# People read lists of these in the console, by the names that stand in other tables.
BY_NAMES_OF_OTHERS = {"Document", "DeadlineRule", "Meeting", "Accreditation", "Sponsorship"}
ALL = [
    model
    for model in apps.get_models()
    if model.__module__.split(".")[0] in {"cwg", "meetings", "contributions"}
    and not model.__name__.startswith("Historical")
]
OURS = [model for model in ALL if model.__name__ not in BY_NAMES_OF_OTHERS]


def follows_a_key(model, name: str) -> bool:
    bare = name.lstrip("-")
    if "__" in bare:
        return True
    if bare == "pk":
        return False
    try:
        field = model._meta.get_field(bare)
    except FieldDoesNotExist:
        return False  # the column of a key: "document_id"
    return field.is_relation and field.name == bare and bool(field.related_model._meta.ordering)


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_the_default_order_joins_no_other_table(model):
    assert [name for name in model._meta.ordering if follows_a_key(model, str(name))] == []


def unique_together(model) -> list[set[str]]:
    """Each set of fields in which no two rows of `model` are alike."""
    fields = [{field.name} for field in model._meta.get_fields() if getattr(field, "unique", False)]
    constraints = [
        set(constraint.fields) for constraint in model._meta.total_unique_constraints if constraint.fields
    ]
    return [{"pk"}, *fields, *constraints]


@pytest.mark.parametrize("model", ALL, ids=lambda model: model.__name__)
def test_the_default_order_tells_any_two_rows_apart(model):
    named = {str(name).lstrip("-") for name in model._meta.ordering}
    # "document_id" is the column of "document".
    named |= {name.removesuffix("_id") for name in named}
    assert not named or any(unique <= named for unique in unique_together(model)), model._meta.ordering
