"""Rules of a group and general rules apply together; a group's rule may name the general one that it replaces."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('documents', '0005_signed_statements'),
        ('members', '0004_addresses_in_small_letters'),
    ]

    operations = [
        migrations.AddField(
            model_name='deadlinerule',
            name='replaces',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='documents.deadlinerule', verbose_name='replaces'),
        ),
        migrations.AddField(
            model_name='historicaldeadlinerule',
            name='replaces',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='documents.deadlinerule', verbose_name='replaces'),
        ),
        migrations.AddConstraint(
            model_name='deadlinerule',
            constraint=models.CheckConstraint(condition=models.Q(('replaces__isnull', True), ('group__isnull', False), _connector='OR'), name='only_a_rule_of_a_group_replaces_another'),
        ),
    ]
