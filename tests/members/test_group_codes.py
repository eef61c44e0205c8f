"""The code of a group is the head of its symbols, which do not tell case."""

import importlib

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from cwg.members.models import Group
from tests.tampering import as_owner

pytestmark = pytest.mark.django_db


def group(code: str, slug: str) -> Group:
    return Group.objects.create(code=code, slug=slug, name=code, short_name=code)


def test_the_database_keeps_codes_apart_whatever_their_case():
    group("WG-WSIS", "a")
    with pytest.raises(IntegrityError), transaction.atomic():
        group("wg-Wsis", "b")
    assert Group.objects.count() == 1


def test_the_migration_leaves_the_first_its_code_and_gives_the_others_their_own():
    constraint = next(c for c in Group._meta.constraints if c.name == "code_once_whatever_its_case")
    with as_owner(), connection.schema_editor() as editor:
        editor.remove_constraint(Group, constraint)
    kept, clash, again, taken, other = (
        group(code, slug)
        for slug, code in zip("abcde", ("WG", "wg", "Wg", "wg-b", "CWG-Internet"), strict=True)
    )
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    step = importlib.import_module("cwg.members.migrations.0008_codes_differ_by_more_than_case")
    step.tell_them_apart(apps, None)
    codes = [Group.objects.get(pk=each.pk).code for each in (kept, clash, again, taken, other)]
    assert codes == ["WG", "wg-C", "Wg-D", "wg-b", "CWG-Internet"]
    with as_owner(), connection.schema_editor() as editor:
        editor.add_constraint(Group, constraint)
