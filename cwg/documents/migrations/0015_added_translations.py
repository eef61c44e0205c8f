"""The secretariat adds translations: editions of a version, with their own instant; and the files it prepares.

New columns only: what was registered is not touched, and is edition 1.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('documents', '0014_words_that_people_say'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PreparedFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(choices=[('ar', 'Arabic'), ('zh', 'Chinese'), ('en', 'English'), ('fr', 'French'), ('ru', 'Russian'), ('es', 'Spanish')], max_length=2, verbose_name='language')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('uploaded_at', models.DateTimeField(verbose_name='uploaded')),
            ],
            options={
                'verbose_name': 'prepared file',
                'verbose_name_plural': 'prepared files',
                'ordering': ['pk'],
            },
        ),
        migrations.AlterModelOptions(
            name='version',
            options={'ordering': ['revision', 'language', 'edition'], 'verbose_name': 'language version', 'verbose_name_plural': 'language versions'},
        ),
        migrations.RemoveConstraint(
            model_name='version',
            name='language_once_in_a_revision',
        ),
        migrations.AddField(
            model_name='version',
            name='added_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='added'),
        ),
        migrations.AddField(
            model_name='version',
            name='added_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='added by'),
        ),
        migrations.AddField(
            model_name='version',
            name='edition',
            field=models.PositiveSmallIntegerField(default=1, verbose_name='edition'),
        ),
        migrations.AddField(
            model_name='version',
            name='reason',
            field=models.CharField(blank=True, max_length=500, verbose_name='reason of the replacement'),
        ),
        migrations.AddConstraint(
            model_name='version',
            constraint=models.UniqueConstraint(fields=('revision', 'language', 'edition'), name='edition_once_in_a_language'),
        ),
        migrations.AddConstraint(
            model_name='version',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('added_at__isnull', True), ('added_by__isnull', True), ('edition', 1), ('reason', '')), models.Q(('added_at__isnull', False), ('added_by__isnull', False), ('is_original', False), ('text_held', True)), _connector='OR'), name='what_is_added_is_a_translation'),
        ),
        migrations.AddField(
            model_name='preparedfile',
            name='blob',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.blob'),
        ),
        migrations.AddField(
            model_name='preparedfile',
            name='revision',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='prepared_files', to='documents.revision'),
        ),
        migrations.AddField(
            model_name='preparedfile',
            name='uploaded_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='preparedfile',
            constraint=models.UniqueConstraint(fields=('revision', 'language', 'uploaded_by', 'blob'), name='prepared_once'),
        ),
    ]
