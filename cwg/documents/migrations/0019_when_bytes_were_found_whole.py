"""When stored bytes were last found whole, what is wrong with them, and how a scan that fails goes on.

Of those that are kept already it is known only that they were whole when they were stored.
"""

from django.db import migrations, models
from django.db.models import F
from django.db.models.functions import Now


def as_stored(apps, schema_editor):
    apps.get_model("documents", "Blob").objects.update(whole_at=F("stored_at"), looked_at=F("stored_at"))


class Migration(migrations.Migration):
    dependencies = [("documents", "0018_rows_in_order_without_joins")]
    # Defaults of the database's own: a process of the version before may still store files meanwhile.
    operations = [
        migrations.AddField(
            "blob",
            "damage",
            models.CharField(
                blank=True,
                choices=[
                    ("missing", "missing"),
                    ("size", "of another size"),
                    ("altered", "altered"),
                    ("unreadable", "unreadable"),
                ],
                db_default="",
                default="",
                max_length=12,
                verbose_name="damage",
            ),
        ),
        migrations.AddField(
            "blob", "damaged_at", models.DateTimeField(blank=True, null=True, verbose_name="found damaged")
        ),
        migrations.AddField(
            "blob", "looked_at", models.DateTimeField(db_default=Now(), verbose_name="last looked at")
        ),
        migrations.AddField(
            "blob", "whole_at", models.DateTimeField(db_default=Now(), verbose_name="last found whole")
        ),
        migrations.AddField(
            "blob", "scan_due_at", models.DateTimeField(blank=True, null=True, verbose_name="next scan")
        ),
        migrations.AddField(
            "blob",
            "scan_failures",
            models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name="failed scans"),
        ),
        migrations.AlterField(
            "blob",
            "scan",
            models.CharField(
                choices=[
                    ("not_scanned", "Not scanned for viruses"),
                    ("clean", "Scanned, clean"),
                    ("infected", "A virus was found"),
                    ("failed", "The scan failed and will be tried again"),
                    ("too_large", "Too large for the virus scanner"),
                    ("given_up", "Could not be scanned for viruses"),
                ],
                default="not_scanned",
                max_length=20,
                verbose_name="virus scan",
            ),
        ),
        migrations.RunPython(as_stored, migrations.RunPython.noop),
    ]
