from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0009_words_that_people_say"),
    ]

    operations = [
        migrations.AddField(
            model_name="chaincopy",
            name="behind_since",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
