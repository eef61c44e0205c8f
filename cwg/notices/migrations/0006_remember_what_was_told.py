"""An alarm that is over is remembered for a day; two reasons why mail fails read better."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notices', '0005_the_request_of_an_event'),
    ]

    operations = [
        migrations.AddField(
            model_name='alarm',
            name='all_clear_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='alarm',
            name='is_over',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AlterField(
            model_name='notice',
            name='why',
            field=models.CharField(blank=True, choices=[('no_mailbox', 'The address takes no mail'), ('malformed', 'The address is not valid'), ('try_later', 'The receiving server asks us to try later'), ('refused', 'The mail server refused this mail'), ('broke_off', 'The connection broke off'), ('unwritable', 'The portal could not write this mail'), ('unreachable', 'The mail server cannot be reached'), ('busy', 'The mail server takes no mail at the moment'), ('insecure', 'No secure connection to the mail server'), ('sign_in', "The mail server does not accept the portal's sign-in"), ('sender', 'The mail server does not take mail from the portal'), ('closed', 'The account was closed'), ('unwanted', 'The person switched these mails off'), ('over', 'What it told of was done, over or expired'), ('restored', 'The database was restored from a backup')], max_length=20, verbose_name='why'),
        ),
        migrations.AlterField(
            model_name='outage',
            name='why',
            field=models.CharField(choices=[('no_mailbox', 'The address takes no mail'), ('malformed', 'The address is not valid'), ('try_later', 'The receiving server asks us to try later'), ('refused', 'The mail server refused this mail'), ('broke_off', 'The connection broke off'), ('unwritable', 'The portal could not write this mail'), ('unreachable', 'The mail server cannot be reached'), ('busy', 'The mail server takes no mail at the moment'), ('insecure', 'No secure connection to the mail server'), ('sign_in', "The mail server does not accept the portal's sign-in"), ('sender', 'The mail server does not take mail from the portal'), ('closed', 'The account was closed'), ('unwanted', 'The person switched these mails off'), ('over', 'What it told of was done, over or expired'), ('restored', 'The database was restored from a backup')], max_length=20, verbose_name='why'),
        ),
    ]
