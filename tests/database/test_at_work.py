"""What a migration leaves to the release before it, which works on while it runs (docs/developing.md, "Migrations while ...")."""

import sys
from collections.abc import Iterator
from math import inf
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.models import NOT_PROVIDED

from tests.upgrade.released import releases

TAKES_AWAY = (
    migrations.DeleteModel,
    migrations.RenameModel,
    migrations.RenameField,
    migrations.RemoveField,
    migrations.AlterModelTable,
)


def of_the_database(operations: list[Operation]) -> Iterator[Operation]:
    for operation in operations:
        if isinstance(operation, migrations.SeparateDatabaseAndState):
            yield from of_the_database(operation.database_operations)
        else:
            yield operation


def must_be_given(field: models.Field) -> bool:
    """Whether the database refuses a row of code that does not know the field."""
    filled_otherwise = isinstance(field, (models.ManyToManyField, models.GeneratedField))
    return not filled_otherwise and not field.null and field.db_default is NOT_PROVIDED


def hurts(operation: Operation, before: models.Field | None) -> str:
    """Why the release before could not go on; nothing where it can. `before`: the field as that release knows it."""
    if isinstance(operation, TAKES_AWAY):
        return "takes away"
    if isinstance(operation, migrations.AddField) and must_be_given(operation.field):
        return "wants a column filled"
    if isinstance(operation, (migrations.RunSQL, migrations.RunPython)):
        return "does what only a reader can judge"
    if isinstance(operation, migrations.AddIndex) and not isinstance(operation, AddIndexConcurrently):
        return "holds up who writes while the index is made"
    if isinstance(operation, (migrations.AddConstraint, migrations.AlterUniqueTogether)):
        return "may refuse what that release writes"
    if isinstance(operation, migrations.AddField) and operation.field.unique:
        return "may refuse what that release writes"
    if isinstance(operation, migrations.AlterField) and before is not None:
        if before.null and must_be_given(operation.field):
            return "wants a column filled"
        if before.get_internal_type() != operation.field.get_internal_type():
            return "makes it another kind"
        if operation.field.unique and not before.unique:
            return "may refuse what that release writes"
        if (operation.field.max_length or inf) < (before.max_length or inf):
            return "makes it shorter"
    return ""


def unreleased() -> Iterator[tuple[object, list[str]]]:
    """Each migration that the last release does not have, as its module, and what in it hurts that release."""
    released = set(releases()[-1].facts["migrations"])
    loader = MigrationLoader(connection)
    made: set[tuple[str, str]] = set()
    for (app, name), migration in sorted(loader.disk_migrations.items()):
        module = sys.modules[type(migration).__module__]
        file = f"{module.__name__.replace('.', '/')}.py"
        if not file.startswith(("cwg/", "meetings/", "contributions/")) or file in released:
            continue
        found = []
        for operation in of_the_database(migration.operations):
            model = getattr(operation, "model_name", getattr(operation, "name", "")).lower()
            if isinstance(operation, migrations.CreateModel):
                made.add((app, model))
            if (app, model) in made:
                continue
            before = None
            if isinstance(operation, migrations.AlterField):
                state = loader.project_state((app, name), at_end=False)
                before = state.models[app, model].fields.get(operation.name)
            if why := hurts(operation, before):
                found.append(f"{operation.describe()}: {why}")
        yield module, found


# What the changelog says then; an update is done otherwise (docs/running.md).
NEEDS_ONE = "This release needs an interruption"


def complaint(module: object, found: list[str], unreleased_changes: str) -> str:
    """What has to be done about a migration; nothing where the release before goes on, or the file says why it does."""
    judged = getattr(module, "JUDGED", "")
    interruption = getattr(module, "INTERRUPTION", "")
    if judged and interruption:
        return "says both JUDGED and INTERRUPTION"
    if found and not (judged or interruption):
        return "; ".join(found)
    if not found and (judged or interruption):
        return "hurts nothing: take JUDGED or INTERRUPTION out"
    if interruption and NEEDS_ONE not in unreleased_changes:
        return f"needs an interruption; the changelog does not say: {NEEDS_ONE}"
    return ""


@pytest.mark.django_db
def test_the_release_before_can_go_on_while_it_runs():
    changes = (settings.BASE_DIR / "CHANGELOG.md").read_text().split("\n## ")[1]
    assert changes.startswith("Unreleased")
    said = {module.__name__: complaint(module, found, changes) for module, found in unreleased()}
    assert {name: why for name, why in said.items() if why} == {}


@pytest.mark.parametrize(
    ("says", "found", "changes", "why"),
    [
        ({}, [], "", ""),
        ({}, ["one: takes away", "two: makes it shorter"], "", "one: takes away; two: makes it shorter"),
        ({"JUDGED": "fills a new column"}, ["one: takes away"], "", ""),
        ({"JUDGED": "fills a new column"}, [], "", "hurts nothing: take JUDGED or INTERRUPTION out"),
        ({"INTERRUPTION": "a column goes"}, [], NEEDS_ONE, "hurts nothing: take JUDGED or INTERRUPTION out"),
        ({"INTERRUPTION": "a column goes"}, ["one: takes away"], f"- {NEEDS_ONE}: a column goes.", ""),
        (
            {"INTERRUPTION": "a column goes"},
            ["one: takes away"],
            "- This release needs no interruption.",
            f"needs an interruption; the changelog does not say: {NEEDS_ONE}",
        ),
        (
            {"INTERRUPTION": "a column goes", "JUDGED": "fills a new column"},
            ["one: takes away"],
            NEEDS_ONE,
            "says both JUDGED and INTERRUPTION",
        ),
    ],
)
def test_a_migration_that_hurts_says_why_it_may(says, found, changes, why):
    assert complaint(SimpleNamespace(**says), found, changes) == why


@pytest.mark.parametrize(
    ("operation", "before", "why"),
    [
        (migrations.RemoveField("meeting", "place"), None, "takes away"),
        (migrations.RenameField("meeting", "place", "seat"), None, "takes away"),
        (migrations.DeleteModel("Meeting"), None, "takes away"),
        (migrations.AddField("meeting", "seat", models.TextField(default="")), None, "wants a column filled"),
        (migrations.AddField("meeting", "seat", models.TextField(db_default="")), None, ""),
        (migrations.AddField("meeting", "seat", models.TextField(null=True)), None, ""),
        (
            migrations.AlterField("meeting", "seat", models.TextField()),
            models.TextField(null=True),
            "wants a column filled",
        ),
        (
            migrations.AlterField("meeting", "seat", models.TextField()),
            models.IntegerField(),
            "makes it another kind",
        ),
        (migrations.AlterField("meeting", "seat", models.TextField(blank=True)), models.TextField(), ""),
        (
            migrations.AlterField("meeting", "seat", models.CharField(max_length=9)),
            models.CharField(max_length=10),
            "makes it shorter",
        ),
        (
            migrations.AlterField("meeting", "seat", models.CharField(max_length=9)),
            models.CharField(),
            "makes it shorter",
        ),
        (
            migrations.AlterField("meeting", "seat", models.CharField(max_length=10)),
            models.CharField(max_length=9),
            "",
        ),
        (
            migrations.AlterField("meeting", "seat", models.TextField(unique=True)),
            models.TextField(),
            "may refuse what that release writes",
        ),
        (
            migrations.AlterField("meeting", "seat", models.TextField(unique=True)),
            models.TextField(unique=True),
            "",
        ),
        (
            migrations.AddConstraint("meeting", models.UniqueConstraint(fields=["seat"], name="one_seat")),
            None,
            "may refuse what that release writes",
        ),
        (
            migrations.AddConstraint(
                "meeting", models.CheckConstraint(condition=~models.Q(seat=""), name="a_seat")
            ),
            None,
            "may refuse what that release writes",
        ),
        (
            migrations.AddIndex("meeting", models.Index("seat", name="by_seat")),
            None,
            "holds up who writes while the index is made",
        ),
        (AddIndexConcurrently("meeting", models.Index("seat", name="by_seat")), None, ""),
        (migrations.RunSQL("SELECT 1"), None, "does what only a reader can judge"),
        (migrations.RunPython(migrations.RunPython.noop), None, "does what only a reader can judge"),
        (migrations.CreateModel("Seat", []), None, ""),
    ],
    ids=lambda value: getattr(value, "describe", lambda: "")(),
)
def test_what_hurts(operation, before, why):
    assert hurts(operation, before) == why


def test_what_only_the_state_sees_hurts_nobody():
    removal = migrations.RemoveField("meeting", "place")
    apart = migrations.SeparateDatabaseAndState(state_operations=[removal], database_operations=[])
    assert list(of_the_database([apart])) == []
    assert list(of_the_database([removal])) == [removal]
