"""Events keep the number of the request that made them true: the log follows it to the mail."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notices", "0004_why_old_mail_failed")]

    operations = [
        migrations.AddField(
            model_name="event",
            name="request_id",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=32),
        ),
    ]
