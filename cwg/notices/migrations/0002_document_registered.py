"""The mail about a registered document is told of every document, not of contributions only: its kind is renamed.

`NoticeKind.formerly` tells the events that a process of the version before writes while this runs.
"""

from django.db import migrations
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr

OLD, NEW = "contribution_registered", "document_registered"


def _rename(old: str, new: str):
    def rename(apps, schema_editor):
        apps.get_model("notices", "Event").objects.filter(kind=old).update(
            kind=new, key=Concat(Value(new), Substr(F("key"), len(old) + 1))
        )
        preferences = apps.get_model("notices", "Preference").objects
        have_both = preferences.filter(kind=new).values("person")
        preferences.filter(kind=old, person__in=have_both).delete()
        preferences.filter(kind=old).update(kind=new)

    return rename


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_initial")]
    operations = [migrations.RunPython(_rename(OLD, NEW), _rename(NEW, OLD))]
