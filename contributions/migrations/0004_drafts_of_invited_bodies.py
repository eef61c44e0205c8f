"""Open drafts of invited bodies are filed by the secretariat that began them; what was submitted stays as it is."""

from django.db import migrations


def name_their_filer(apps, schema_editor):
    Contribution = apps.get_model("contributions", "Contribution")
    Accreditation = apps.get_model("members", "Accreditation")
    Office = apps.get_model("members", "Office")
    drafts = Contribution.objects.filter(office__kind="invited", filer=None).exclude(status="submitted")
    for draft in drafts.order_by("created_at"):
        seats = Accreditation.objects.filter(role="secretariat", group_id=draft.group_id).order_by("since", "pk")
        seat = seats.filter(person_id=draft.created_by_id).first() or seats.first()
        office = Office.objects.filter(kind="secretariat").order_by("pk").first()
        # No secretariat at all: nobody has reached that draft, and nobody will before there is one.
        filer_id = seat.office_id if seat else office.pk if office else None
        if filer_id is not None:
            Contribution.objects.filter(pk=draft.pk).update(filer_id=filer_id)


class Migration(migrations.Migration):
    dependencies = [("contributions", "0003_filed_by_the_secretariat")]
    operations = [migrations.RunPython(name_their_filer, migrations.RunPython.noop)]
