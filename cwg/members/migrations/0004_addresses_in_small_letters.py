"""Addresses compare in small letters; the sign-in library's own list of addresses goes, and nothing fills it again."""

from django.db import migrations

import cwg.members.addresses


def trim(apps, schema_editor):
    """Blanks around an address were never meant. Letters stay as they were typed: they are compared lowered."""
    for name in ("Person", "Invitation"):
        model = apps.get_model("members", name)
        for pk, email in model.objects.values_list("pk", "email"):
            if email != email.strip():
                model.objects.filter(pk=pk).update(email=email.strip())


def forget_the_librarys_addresses(apps, schema_editor):
    """Copies in small letters, made when somebody asked for a new password. Everything asks the person's row now."""
    apps.get_model("account", "EmailAddress").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0003_invited_from_the_server"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [
        migrations.AlterField(
            model_name="person",
            name="email",
            field=cwg.members.addresses.AddressField(max_length=254, unique=True, verbose_name="e-mail address"),
        ),
        migrations.AlterField(
            model_name="historicalperson",
            name="email",
            field=cwg.members.addresses.AddressField(
                db_index=True, max_length=254, verbose_name="e-mail address"
            ),
        ),
        migrations.AlterField(
            model_name="invitation",
            name="email",
            field=cwg.members.addresses.AddressField(max_length=254, verbose_name="e-mail address"),
        ),
        migrations.RunPython(trim, migrations.RunPython.noop),
        migrations.RunPython(forget_the_librarys_addresses, migrations.RunPython.noop),
    ]
