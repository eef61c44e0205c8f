from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0010_chain_copies_behind_since"),
    ]

    operations = [
        migrations.AddField(
            "chaincopy", "length_in_storage", models.PositiveBigIntegerField(db_default=0, default=0)
        ),
        migrations.AddField("chaincopy", "differs_at", models.PositiveBigIntegerField(blank=True, null=True)),
    ]
