"""`update` and `bulk_*` write past the history of a model (design 7): on tracked models in named modules only."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from simple_history.models import registered_models

from tests.test_layering import module_of, sources

PAST_HISTORY = {"update", "bulk_create", "bulk_update", "aupdate", "abulk_create", "abulk_update"}

# Module -> tracked models that it may write past their history ("?": told only when it runs), each with the reason.
ALLOWED: dict[str, set[str]] = {
    # The head of a chain, on whatever row is chained: no person edits it, and the journal itself is its history.
    "cwg.record.journal": {"?"},
    # `update_signed` writes the history of many rows beside them; what it is called for is told only when it runs.
    "cwg.record.history": {"?"},
    # Fifty thousand documents to search among, in a database that is thrown away.
    "cwg.bench.searching": {"Document"},
    # The secret of a calendar's address, which the history of people leaves out.
    "cwg.members.own_settings": {"Person"},
}


def tracked() -> set[str]:
    return {model.__name__ for model in registered_models.values()}


def ours() -> set[str]:
    return {model.__name__ for model in apps.get_models()}


def accessors() -> dict[str, set[str]]:
    """Names by which rows of a model are reached from another: "deadlines" -> {"Deadline"}."""
    found: dict[str, set[str]] = {}
    for model in apps.get_models():
        for relation in model._meta.related_objects:
            if name := relation.get_accessor_name():
                found.setdefault(name, set()).add(relation.related_model.__name__)
        for field in model._meta.many_to_many:
            found.setdefault(field.name, set()).add(field.related_model.__name__)
    return found


def names_in(chain: ast.expr) -> tuple[str | None, list[str]]:
    """The name a chain of calls begins with, and the attributes on its way: `Notice.objects.filter(...)`."""
    on_the_way: list[str] = []
    while True:
        match chain:
            case ast.Call():
                chain = chain.func
            case ast.Attribute():
                on_the_way.append(chain.attr)
                chain = chain.value
            case ast.Subscript():
                chain = chain.value
            case ast.Name():
                return chain.id, on_the_way[::-1]
            case _:
                return None, on_the_way[::-1]


def models_written(call: ast.Call) -> set[str]:
    """The models that a call of `update` or `bulk_*` may write; nothing for a dict, a set or a digest."""
    root, on_the_way = names_in(call.func.value)
    if root in ours():
        return {root}
    known = accessors()
    for name in reversed(on_the_way):
        if name in known:
            return known[name]
    if call.func.attr == "update" and (call.args or not call.keywords or on_the_way[-1:] == ["environ"]):
        return set()  # `update` of a queryset takes keywords only
    return {"?"}


def writes(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in PAST_HISTORY
        ):
            for model in sorted(models_written(node)):
                yield node.lineno, model


@pytest.mark.parametrize("path", [p for p in sources() if "migrations" not in p.parts], ids=module_of)
def test_nothing_writes_past_a_history(path: Path):
    allowed = ALLOWED.get(module_of(path), set())
    wrong = [
        f"{path.name}:{line} writes {model} past its history"
        for line, model in writes(ast.parse(path.read_text()))
        if (model in tracked() or model == "?") and model not in allowed
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Document.objects.filter(pk=1).update(title='x')", "Document"),
        ("Accreditation.objects.bulk_create(rows)", "Accreditation"),
        ("meeting.sittings.filter(number=1).update(title='x')", "Sitting"),
        ("chosen.update(title='x')", "?"),
        ("rows.bulk_update(changed, ['title'])", "?"),
    ],
)
def test_the_test_itself_sees_a_write_past_a_history(text: str, found: str):
    assert found in [model for _, model in writes(ast.parse(text))]


@pytest.mark.parametrize(
    "text", ["digest.update(chunk)", "seen.update({'a': 1})", "numbers.update(range(3))"]
)
def test_a_set_or_a_digest_is_no_table(text: str):
    assert list(writes(ast.parse(text))) == []
