"""Telling the administrators when something is wrong with the installation, once a day while it lasts, and when it is well.

A sweep asks what `/readyz` asks. An answer that is no for some minutes makes an alarm, through the outbox like every
mail. That mail itself does not get through cannot be told by mail: the readiness and *Today* show it.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from cwg import clock
from cwg.look.instants import duration_text
from cwg.members.models import Accreditation, Person, Role
from cwg.members.rights import rights_of
from cwg.record import readiness

from . import alarm_words, kinds, layout, outbox
from .addresses import absolute
from .kinds import Mail, NoticeKind, Recipient
from .models import Alarm, Event

ALARM, ALL_CLEAR = "alarm", "all_clear"
# A server that is started again, a round that was missed: wrong, or well, for as long before anybody is told.
LASTS = timedelta(minutes=5)
REMINDED_EVERY = timedelta(days=1)
# Without these no mail would leave, or nobody would be there to send it.
NOT_BY_MAIL = frozenset({"mail", "outbox", "worker", readiness.DATABASE})


def register() -> None:
    kinds.register(NoticeKind(ALARM, _recipients, _still_wrong, _render_alarm))
    kinds.register(NoticeKind(ALL_CLEAR, _recipients, _still_well, _render_all_clear))


def look() -> int:
    """Ask every question and tell what has changed; returns how many mails were put into the outbox.

    Where the database does not answer, nobody knows what it would say of the rest: then nothing changes.
    """
    answers = readiness.answers()
    if not answers[readiness.DATABASE]["ok"]:
        return 0
    answers = {name: answer for name, answer in answers.items() if name not in NOT_BY_MAIL}
    with transaction.atomic():
        now = clock.now()
        Alarm.objects.exclude(name__in=set(readiness.names()) - NOT_BY_MAIL).delete()
        wrong = [name for name, answer in answers.items() if not answer["ok"]]
        Alarm.objects.bulk_create(
            [Alarm(name=name, wrong_since=now) for name in wrong], ignore_conflicts=True
        )
        followed = Alarm.objects.select_for_update().filter(name__in=answers).order_by("pk")
        return sum(_follow(alarm, answers[alarm.name]["ok"], now) for alarm in followed)


def _follow(alarm: Alarm, well: bool, now: datetime) -> bool:
    """One alarm, a step further. True where a mail was made."""
    told = _well(alarm, now) if well else _wrong(alarm, now)
    last = alarm.last_mail_at
    if well and (last is None or (alarm.is_over and now >= last + REMINDED_EVERY)):
        alarm.delete()
    else:
        alarm.save()
    return told


def _wrong(alarm: Alarm, now: datetime) -> bool:
    if alarm.is_over:  # it is back
        alarm.is_over, alarm.wrong_since, alarm.first_told_at = False, now, None
    alarm.well_since = None
    due_at = alarm.wrong_since + LASTS
    if alarm.last_mail_at is not None:
        due_at = max(due_at, alarm.last_mail_at + REMINDED_EVERY)
    if now < due_at:
        return False
    alarm.told_at = now
    alarm.first_told_at = alarm.first_told_at or now
    _tell(ALARM, alarm, now)
    return True


def _well(alarm: Alarm, now: datetime) -> bool:
    alarm.well_since = alarm.well_since or now
    if alarm.is_over or now - alarm.well_since < LASTS:
        return False
    alarm.is_over = True
    if alarm.first_told_at is None:
        return False
    alarm.all_clear_at = now
    _tell(ALL_CLEAR, alarm, now)
    return True


def _tell(kind: str, alarm: Alarm, now: datetime) -> None:
    facts = {"name": alarm.name, "since": alarm.wrong_since.isoformat(), "again": alarm.first_told_at != now}
    outbox.tell(kind, key=f"{alarm.name}:{now.isoformat()}", at=now, facts=facts)


def standing() -> list[tuple[Alarm, str]]:
    """The alarms that were told, each with its title: what *Today* shows. One query."""
    return [(alarm, str(alarm_words.of(alarm.name).title)) for alarm in _shown()]


def _shown() -> QuerySet[Alarm]:
    """Those that are wrong and were told, though it may have been the time before."""
    return Alarm.objects.filter(told_at__isnull=False, is_over=False)


# --- The mails --------------------------------------------------------------------------------------------------------


def _recipients(event: Event, now: datetime) -> Iterable[Recipient]:
    """The administrators, and whom the setting ALERT_EMAIL names: a duty desk need not be a person of the portal."""
    held = Accreditation.objects.in_force(now).filter(role=Role.ADMINISTRATOR, person__is_active=True)
    people = {each.person_id: each.person for each in held.select_related("person").order_by("pk")}
    return [
        *(Recipient.of(person, always=True) for person in people.values()),
        *(Recipient(None, address, "en") for address in settings.ALERT_EMAIL),
    ]


def _may_know(person: Person | None, now: datetime) -> bool:
    return person is None or rights_of(person, now).has_role(Role.ADMINISTRATOR)


def _still_wrong(event: Event, person: Person | None, now: datetime) -> bool:
    """It is still so, and no later mail says it again."""
    told = _shown().filter(name=event.facts["name"], told_at=event.happened_at)
    return _may_know(person, now) and told.exists()


def _still_well(event: Event, person: Person | None, now: datetime) -> bool:
    wrong_again = _shown().filter(name=event.facts["name"])
    return _may_know(person, now) and not wrong_again.exists()


def _render_alarm(event: Event, person: Person | None, now: datetime) -> Mail:
    words = alarm_words.of(event.facts["name"])
    context = {"means": words.means, "do": words.do, "again": event.facts["again"]}
    return _mail(str(words.title), ALARM, context, event, person)


def _render_all_clear(event: Event, person: Person | None, now: datetime) -> Mail:
    words = alarm_words.of(event.facts["name"])
    since = datetime.fromisoformat(event.facts["since"])
    context = {"title": words.title, "lasted": duration_text((event.happened_at - since).total_seconds())}
    return _mail(_("All clear: %(title)s") % {"title": words.title}, ALL_CLEAR, context, event, person)


def _mail(subject: str, template: str, context: dict, event: Event, person: Person | None) -> Mail:
    since = datetime.fromisoformat(event.facts["since"])
    return Mail(
        subject=subject,
        template=template,
        context={**context, "name": person.name if person is not None else ""},
        facts=(
            (_("Since"), layout.moment(since, "UTC", "UTC", person)),
            (_("Readiness page"), (f"{absolute('/readyz')}, {event.facts['name']}",)),
        ),
        link=(_("Open Today"), reverse("today:today")),
    )
