"""What is filed for another is in the hands of the group's secretariat, whoever holds it, and no more of one office."""

from django.db import migrations, models


def say_what_is_filed_for_another(apps, schema_editor):
    Contribution = apps.get_model("contributions", "Contribution")
    Contribution.objects.filter(filer__isnull=False).update(filed_for_another=True)
    # Of invited bodies that had no secretariat yet: they come into its hands with the first of its people.
    Contribution.objects.filter(office__kind="invited").exclude(status="submitted").update(filed_for_another=True)


class Migration(migrations.Migration):
    dependencies = [("contributions", "0006_how_a_paper_came")]

    operations = [
        migrations.AddField("contribution", "filed_for_another", models.BooleanField(default=False)),
        migrations.RunPython(say_what_is_filed_for_another, migrations.RunPython.noop),
        migrations.RemoveConstraint("contribution", "nobody_files_for_itself"),
        migrations.RemoveConstraint("contribution", "only_what_is_filed_for_another_came_somehow"),
        migrations.RemoveConstraint("contribution", "a_paper_of_a_state_says_how_it_came"),
        migrations.RemoveField("contribution", "filer"),
        migrations.AddConstraint(
            "contribution",
            models.CheckConstraint(
                name="only_what_is_filed_for_another_came_somehow",
                condition=models.Q(filed_for_another=True) | models.Q(came_by="", dated__isnull=True),
            ),
        ),
        migrations.AddConstraint(
            "contribution",
            models.CheckConstraint(
                name="a_paper_of_a_state_says_how_it_came",
                condition=models.Q(filed_for_another=False)
                | models.Q(state__isnull=True)
                | (~models.Q(came_by="") & models.Q(dated__isnull=False)),
            ),
        ),
    ]
