from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0004_who_was_asked"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='request',
            name='a_request_has_one_addressee',
        ),
        migrations.RemoveConstraint(
            model_name='request',
            name='a_request_due_later_opens_no_slot',
        ),
        migrations.RemoveField(
            model_name='historicalrequest',
            name='office',
        ),
        migrations.RemoveField(
            model_name='historicalrequest',
            name='slot',
        ),
        migrations.RemoveField(
            model_name='historicalrequest',
            name='state',
        ),
        migrations.RemoveField(
            model_name='historicalrequest',
            name='withdrawn_at',
        ),
        migrations.RemoveField(
            model_name='request',
            name='office',
        ),
        migrations.RemoveField(
            model_name='request',
            name='slot',
        ),
        migrations.RemoveField(
            model_name='request',
            name='state',
        ),
        migrations.RemoveField(
            model_name='request',
            name='withdrawn_at',
        ),
    ]
