"""Of what waits to be indexed: whether what the index has of it is right all the same, and when it is tried again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("documents", "0025_documents_are_found_by_an_index")]
    operations = [
        migrations.AddField("toindex", "is_stale", models.BooleanField(default=True, db_default=True)),
        migrations.AddField("toindex", "due_at", models.DateTimeField(null=True, blank=True)),
    ]
