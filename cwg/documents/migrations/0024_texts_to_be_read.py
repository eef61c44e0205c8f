"""What waits for its text to be read is found without a look at all files. Alone, so that it can be done again when it fails."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("documents", "0023_texts_are_read_later")]
    operations = [
        AddIndexConcurrently(
            "blob",
            models.Index(condition=Q(reading="waiting"), fields=["stored_at"], name="blob_to_be_read"),
        ),
    ]
