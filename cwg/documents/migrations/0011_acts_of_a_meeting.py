"""When a meeting opened, was postponed, was cancelled: recorded acts, where the planned opening decided before."""

from django.db import migrations, models
from django.db.models import F
from django.db.models.functions import Now


def open_what_the_clock_had_opened(apps, schema_editor):
    """Until now an announced meeting was in session from its planned opening: it was opened then."""
    registers = apps.get_model("documents", "Register").objects
    registers.filter(origin="portal", announced_at__isnull=False, opens_at__lte=Now()).update(
        opened_at=F("opens_at")
    )


class Migration(migrations.Migration):

    dependencies = [("documents", "0010_each_rule_says")]

    operations = [
        migrations.AddField(
            model_name="register",
            name="cancelled_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="cancelled"),
        ),
        migrations.AddField(
            model_name="register",
            name="opened_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="opened"),
        ),
        migrations.AddField(
            model_name="register",
            name="postponed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="postponed"),
        ),
        migrations.RunPython(open_what_the_clock_had_opened, migrations.RunPython.noop),
    ]
