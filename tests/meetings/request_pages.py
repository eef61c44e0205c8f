"""The pages of requests as the secretariat goes through them, and what must not change where they refuse."""

from django.urls import reverse

from cwg.notices.models import Event
from cwg.record.models import JournalEntry
from meetings.models import Addressee, Meeting, Request

# More States than the page of a request shows unfolded.
MANY = ["SAU", "SYR", "FRA", "LVA", "ITA", "ESP", "DEU", "POL", "PRT", "ROU", "SWE", "CHE", "TUR"]


def url_of(verb: str, *named) -> str:
    request = next(each for each in named if isinstance(each, Request))
    more = [each.pk for each in named if isinstance(each, Addressee)]
    return reverse(f"meetings:{verb}", args=[request.meeting.register.slug, request.pk, *more])


def record_url(meeting: Meeting) -> str:
    return reverse("meetings:record-request", args=[meeting.register.slug])


def as_it_stands() -> list:
    return [
        list(Addressee.objects.order_by("pk").values()),
        Request.objects.count(),
        JournalEntry.objects.count(),
        Event.objects.count(),
    ]


def checked(client, url: str, data: dict, **kwargs):
    """The answer to the request after it was shown and confirmed."""
    shown = client.post(url, data)
    assert shown.status_code == 200 and "Nothing is recorded yet." in shown.content.decode()
    return client.post(url, data | {"seen": shown.context["seen"]}, **kwargs)
