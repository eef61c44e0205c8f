"""A request may be withdrawn although a document is linked to it: one that was withdrawn itself, and answers no more.

A constraint sees no other table; `manage.py verify` holds what this one held.
"""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('meetings', '0006_words_that_people_say'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='addressee',
            name='what_is_answered_is_not_withdrawn',
        ),
    ]
