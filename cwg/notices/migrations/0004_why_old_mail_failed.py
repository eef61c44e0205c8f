"""Mails that failed, or were failing, before the reason was kept: shown with the others, by the words that were kept.

The instant of a failure was not kept either; the last time the mail was due is as near as one gets.
"""

from django.db import migrations
from django.db.models import F


def say_why(apps, schema_editor):
    notices = apps.get_model("notices", "Notice").objects
    failed = notices.filter(status="failed")
    failed.update(failing_since=F("due_at"), failed_at=F("due_at"), why="broke_off")
    failed.filter(last_error__startswith="refused:").update(why="no_mailbox")
    failed.filter(last_error__contains="nvalid address").update(why="malformed")
    failing = notices.filter(status="waiting").exclude(last_error="")
    failing.update(failing_since=F("due_at"), why="broke_off")
    failing.filter(last_error__startswith="refused:").update(why="try_later")


class Migration(migrations.Migration):
    dependencies = [("notices", "0003_why_mail_fails")]
    operations = [migrations.RunPython(say_why, migrations.RunPython.noop)]
