from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Concurrently: acts go on while it is made.
    atomic = False

    dependencies = [
        ("record", "0011_what_the_storage_knows_of_a_chain"),
    ]

    operations = [
        AddIndexConcurrently(
            "journalentry",
            models.Index(
                condition=models.Q(("act__in", ("restored", "numbers_told"))),
                fields=["chain", "position"],
                name="journal_of_lost_numbers",
            ),
        ),
    ]
