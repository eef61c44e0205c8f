"""The default order of a model is sorted by columns of its own table.

An order by a foreign key follows the order of the row it points to, and that of the next: each prefetch of a document's
files then joins version, revision, document, series and register only to sort files of one version.
"""

import pytest
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist

# People read lists of these in the console, by the names that stand in other tables.
BY_NAMES_OF_OTHERS = {"Document", "DeadlineRule", "Meeting", "Accreditation", "Sponsorship"}
OURS = [
    model
    for model in apps.get_models()
    if model.__module__.split(".")[0] in {"cwg", "meetings", "contributions"}
    and not model.__name__.startswith("Historical")
    and model.__name__ not in BY_NAMES_OF_OTHERS
]


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
