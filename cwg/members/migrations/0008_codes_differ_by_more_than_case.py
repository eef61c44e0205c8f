"""Codes of groups that differ only in case: the later group gets a code of its own, and no new one is made."""

from django.db import migrations, models
from django.db.models.functions import Lower

LONGEST = 30


def tell_them_apart(apps, schema_editor):
    """Symbols do not tell case: the group that was there first keeps its code, a later one gets "-B", "-C", ...

    Documents keep the symbols they were registered under; only those to come bear the new code.
    """
    groups = apps.get_model("members", "Group").objects
    taken = {code.lower() for code in groups.values_list("code", flat=True)}
    seen: set[str] = set()
    for group in groups.order_by("pk"):
        if group.code.lower() not in seen:
            seen.add(group.code.lower())
            continue
        code = next(
            candidate
            for letters in _letters()
            if (candidate := f"{group.code[: LONGEST - 1 - len(letters)]}-{letters}").lower() not in taken
        )
        taken.add(code.lower())
        seen.add(code.lower())
        groups.filter(pk=group.pk).update(code=code)


def _letters():
    """B, C, ..., Z, BB, BC, ...: a code has letters only."""
    alphabet = "BCDEFGHIJKLMNOPQRSTUVWXYZ"
    yield from alphabet
    yield from (first + second for first in alphabet for second in alphabet)


class Migration(migrations.Migration):
    dependencies = [("members", "0007_address_changes")]

    operations = [
        migrations.RunPython(tell_them_apart, migrations.RunPython.noop),
        # What the rows before it left to be checked at the end keeps an index from being built.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="group",
            constraint=models.UniqueConstraint(
                Lower("code"),
                name="code_once_whatever_its_case",
                violation_error_message="There is a group with that code already. Capital and small letters make no difference in symbols.",
            ),
        ),
    ]
