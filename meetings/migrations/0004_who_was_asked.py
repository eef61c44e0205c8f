"""Whom a request was addressed to, its slot and its withdrawal become a row of its own, histories included.

Until now a request with three addressees stood in an archive three times, word for word; those become one request.
Requests recorded in session stay as they are, each with its one addressee: each of them is an act of the journal.
"""

from itertools import groupby

from django.db import migrations
from django.utils import timezone

NAMED = ("state_id", "office_id", "slot_id", "withdrawn_at")
JOINED = "joined with the same request to other addressees"


def move(apps, schema_editor):
    Request = apps.get_model("meetings", "Request")
    HistoricalRequest = apps.get_model("meetings", "HistoricalRequest")
    Addressee = apps.get_model("meetings", "Addressee")
    HistoricalAddressee = apps.get_model("meetings", "HistoricalAddressee")
    for _, same in groupby(Request.objects.select_related("meeting__register").order_by("pk"), key=_likeness):
        first, *others = same
        for request in (first, *others):
            addressee = Addressee.objects.create(
                request_id=first.pk, **{name: getattr(request, name) for name in NAMED}
            )
            for entry in HistoricalRequest.objects.filter(id=request.pk).order_by("history_date", "history_id"):
                HistoricalAddressee.objects.create(
                    id=addressee.pk,
                    request_id=first.pk,
                    history_date=entry.history_date,
                    history_user_id=entry.history_user_id,
                    history_change_reason=entry.history_change_reason,
                    history_type=entry.history_type,
                    **{name: getattr(entry, name) for name in NAMED},
                )
        for request in others:
            HistoricalRequest.objects.create(
                id=request.pk,
                history_date=timezone.now(),
                history_change_reason=JOINED,
                history_type="-",
                **{
                    field.attname: getattr(request, field.attname)
                    for field in Request._meta.concrete_fields
                    if not field.primary_key
                },
            )
            request.delete()


def _likeness(request):
    """Equal for neighbours that are one request: of an archive only, where nothing told them apart."""
    if request.meeting.register.origin != "archive":
        return request.pk
    return (request.meeting_id, request.sitting_id, request.item, request.wording, request.due_on)


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0011_acts_of_a_meeting"),
        ("meetings", "0003_addressees"),
        ("members", "0008_codes_differ_by_more_than_case"),
    ]

    operations = [migrations.RunPython(move)]
