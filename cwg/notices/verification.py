"""What `manage.py verify` asks of the outbox (invariant I6: one notice per event and recipient, none overdue unseen)."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Count, Q
from django.db.models.functions import Lower

from cwg import clock

from . import kinds, outages
from .models import Event, Notice

# The sweep comes round every five seconds; what waits this long was not forgotten by chance.
UNEXPANDED_AFTER = timedelta(minutes=10)
OVERDUE_AFTER = timedelta(hours=1)
GIVEN_UP = (Notice.Status.FAILED, Notice.Status.SET_ASIDE)


def register(checks) -> None:
    checks.register("I6 one notice per event and recipient", doubled)
    checks.register("I6 every event expanded", unexpanded)
    checks.register("I6 no notice overdue", overdue)
    checks.register("I6 notices marked as they are", marked_wrongly)


def doubled() -> Iterator[str]:
    """One recipient told twice of one event, at the same address or as the same person."""
    notices = Notice.objects.order_by()
    for row in notices.values("event_id", to=Lower("address")).annotate(n=Count("pk")).filter(n__gt=1):
        yield f"event {row['event_id']}: {row['n']} notices to one address"
    people = notices.filter(person__isnull=False).values("event_id", "person_id")
    for told in people.annotate(n=Count("pk")).filter(n__gt=1):
        yield f"event {told['event_id']}: {told['n']} notices to person {told['person_id']}"


def unexpanded() -> Iterator[str]:
    """Events that no sweep has turned into notices."""
    late = clock.now() - UNEXPANDED_AFTER
    known = set(kinds.known())
    for event in Event.objects.filter(expanded_at__isnull=True, happened_at__lt=late).order_by("pk"):
        why = "no sweep expanded it" if event.kind in known else "no app knows this kind"
        yield f"event {event.pk} ({event.kind}) of {event.happened_at:%Y-%m-%d %H:%M}Z: {why}"


def overdue() -> Iterator[str]:
    """Notices that are due and that no sweep takes. (What failed, and that the mail server is away, is shown as such.)"""
    now = clock.now()
    outage = outages.current()
    if outage is not None and now < outage.next_try_at + OVERDUE_AFTER:
        return
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=now)
    waiting = Notice.objects.filter(free, status=Notice.Status.WAITING, due_at__lt=now - OVERDUE_AFTER)
    for notice in waiting.select_related("event").order_by("pk"):
        yield f"notice {notice.pk} ({notice.event.kind}) is due since {notice.due_at:%Y-%m-%d %H:%M}Z"


def marked_wrongly() -> Iterator[str]:
    """A notice is marked sent if and only if it has the time of its sending; what failed says since when."""
    sent = Notice.Status.SENT
    wrong = Notice.objects.filter(
        Q(status=sent, sent_at__isnull=True)
        | (~Q(status=sent) & Q(sent_at__isnull=False))
        | Q(status__in=GIVEN_UP, failed_at__isnull=True)
    )
    for pk in wrong.order_by("pk").values_list("pk", flat=True):
        yield f"notice {pk}: its mark and the time of its sending or failing do not agree"
