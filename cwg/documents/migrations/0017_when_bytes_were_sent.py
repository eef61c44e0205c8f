"""When the same bytes were last sent. Of those that are kept already it is known when they were first."""

from django.db import migrations, models
from django.db.models import F


def as_stored(apps, schema_editor):
    apps.get_model("documents", "Blob").objects.update(sent_at=F("stored_at"))


class Migration(migrations.Migration):
    dependencies = [("documents", "0016_filed_for_others")]
    operations = [
        migrations.AddField("blob", "sent_at", models.DateTimeField(null=True, verbose_name="last sent")),
        migrations.RunPython(as_stored, migrations.RunPython.noop),
        migrations.AlterField("blob", "sent_at", models.DateTimeField(verbose_name="last sent")),
    ]
