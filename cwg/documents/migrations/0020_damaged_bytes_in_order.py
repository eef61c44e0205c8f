"""The rolling look at stored bytes takes the oldest first; a damage has an instant. After the rows were filled."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("documents", "0019_when_bytes_were_found_whole")]
    operations = [
        migrations.AddIndex("blob", models.Index(fields=["looked_at"], name="blob_by_last_look")),
        migrations.AddIndex("blob", models.Index(fields=["whole_at"], name="blob_by_last_found_whole")),
        migrations.AddIndex(
            "blob", models.Index(condition=~Q(damage=""), fields=["damaged_at"], name="blob_damaged")
        ),
        migrations.AddConstraint(
            "blob",
            models.CheckConstraint(
                condition=Q(damage="", damaged_at=None) | (~Q(damage="") & Q(damaged_at__isnull=False)),
                name="damage_has_its_instant",
            ),
        ),
    ]
