from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("record", "0003_cache_table")]

    operations = [
        migrations.RemoveConstraint(model_name="house", name="house_is_one_row"),
        migrations.RenameModel(old_name="House", new_name="PortalJournal"),
        migrations.AlterModelOptions(
            name="portaljournal",
            options={"verbose_name": "portal journal", "verbose_name_plural": "portal journal"},
        ),
        migrations.AddConstraint(
            model_name="portaljournal",
            constraint=models.CheckConstraint(
                condition=models.Q(("singleton", True)), name="portal_journal_is_one_row"
            ),
        ),
        migrations.AlterField(
            model_name="accessseal",
            name="position",
            field=models.PositiveBigIntegerField(verbose_name="position in the portal's chain"),
        ),
    ]
