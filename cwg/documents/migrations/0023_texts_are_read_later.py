"""The text of a file may come after the file: how far its reading is. What is kept already was read as it came."""

from django.db import migrations, models

JUDGED = "the trigger refuses what no release does: to write another text over one"

GUARD = """
CREATE TRIGGER text_comes_once BEFORE UPDATE ON documents_blob FOR EACH ROW
    WHEN (OLD.text <> '' AND NEW.text IS DISTINCT FROM OLD.text)
    EXECUTE FUNCTION cwg_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0022_rows_told_apart_in_order"), ("record", "0002_append_only")]
    operations = [
        migrations.AddField(
            "blob",
            "reading",
            models.CharField(
                choices=[
                    ("waiting", "Its text is being read"),
                    ("read", "Its text is read"),
                    ("partial", "Its text could be read only in part"),
                    ("unreadable", "Its text could not be read"),
                ],
                db_default="read",
                default="read",
                max_length=12,
                verbose_name="text",
            ),
        ),
        migrations.AddField(
            "blob",
            "readings",
            models.PositiveSmallIntegerField(
                db_default=0, default=0, verbose_name="attempts to read the text"
            ),
        ),
        migrations.AddField(
            "blob",
            "read_due_at",
            models.DateTimeField(blank=True, null=True, verbose_name="next attempt to read the text"),
        ),
        migrations.RunSQL(GUARD, "DROP TRIGGER text_comes_once ON documents_blob"),
    ]
