"""A revision keeps what its header block prints of the group and its meeting, as they stood when it was registered.

Rows of before are filled with what is known: the group's name from its history, the meeting's title and place from
the receipt, its days from the moves that the journal tells of. Where nothing older is known, what stands now.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import migrations, models

# `never_changed` (0002_immutable) refuses every update. These are new columns; what was registered is not touched.
OPEN = "SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE documents_revision DISABLE TRIGGER never_changed"
CLOSE = "ALTER TABLE documents_revision ENABLE TRIGGER never_changed"


def fill(apps, schema_editor):
    Revision = apps.get_model("documents", "Revision")
    schema_editor.execute(OPEN)
    revisions = Revision.objects.select_related("document__register__group", "receipt").order_by("pk")
    for revision in revisions.iterator(chunk_size=200):
        register = revision.document.register
        at = _registered_at(apps, revision, register)
        said = revision.receipt.statement if hasattr(revision, "receipt") else {}
        revision.printed_group = _name_of_group(apps, register.group, at)
        revision.printed_meeting = said.get("meeting") or register.title
        revision.printed_place = said.get("place") or register.place
        if revision.printed_place:
            shift = _moved_since(apps, register, at)
            revision.printed_first_day = register.first_day - shift
            revision.printed_last_day = register.last_day - shift
        revision.save(
            update_fields=[
                "printed_group",
                "printed_meeting",
                "printed_place",
                "printed_first_day",
                "printed_last_day",
            ]
        )
    schema_editor.execute(CLOSE)


def _registered_at(apps, revision, register):
    """The instant of the act, from the journal: an archive's revision bears the day of its text, often years before."""
    entry = (
        apps.get_model("record", "JournalEntry")
        .objects.filter(
            chain=register.chain, act__in=["registered", "revised", "archived"], facts__revision=revision.pk
        )
        .order_by("position")
        .last()
    )
    return entry.at if entry else revision.available_at


def _name_of_group(apps, group, at):
    """Its name at that instant; else the oldest its history knows; else today's."""
    history = apps.get_model("members", "HistoricalGroup").objects.filter(id=group.pk)
    then = history.filter(history_date__lte=at).order_by("history_date", "history_id").last()
    oldest = history.order_by("history_date", "history_id").first()
    return (then or oldest or group).name


def _moved_since(apps, register, at):
    """By how much the days of the meeting were moved after that instant, on the calendar of the seat."""
    zone = ZoneInfo(register.zone)
    moves = apps.get_model("record", "JournalEntry").objects.filter(
        chain=register.chain, act="moved", at__gt=at
    )
    days = [
        tuple(datetime.fromisoformat(facts[when]).astimezone(zone).date() for when in ("before", "after"))
        for facts in moves.values_list("facts", flat=True)
    ]
    return sum((after - before for before, after in days), start=timedelta())


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0003_known_as"),
        ("members", "0001_initial"),
        ("record", "0002_append_only"),
    ]
    operations = [
        migrations.AddField(
            "revision",
            "printed_group",
            models.CharField(default="", max_length=200, verbose_name="group, as printed"),
            preserve_default=False,
        ),
        migrations.AddField(
            "revision",
            "printed_meeting",
            models.CharField(default="", max_length=250, verbose_name="meeting, as printed"),
            preserve_default=False,
        ),
        migrations.AddField(
            "revision",
            "printed_place",
            models.CharField(blank=True, max_length=120, verbose_name="place, as printed"),
        ),
        migrations.AddField(
            "revision",
            "printed_first_day",
            models.DateField(blank=True, null=True, verbose_name="first day, as printed"),
        ),
        migrations.AddField(
            "revision",
            "printed_last_day",
            models.DateField(blank=True, null=True, verbose_name="last day, as printed"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddConstraint(
            "revision",
            models.CheckConstraint(
                condition=~models.Q(printed_group="") & ~models.Q(printed_meeting=""),
                name="a_revision_names_its_group_and_meeting",
            ),
        ),
    ]
