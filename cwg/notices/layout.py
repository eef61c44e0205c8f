"""Laying a mail out: one text part and one HTML part, from the same sentences and facts.

Nothing that people typed reaches a header on two lines, and nothing of it is markup in the HTML part.
"""

import re
from datetime import UTC, datetime, tzinfo
from email.utils import format_datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context, loader
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from cwg.languages import spoken
from cwg.look import instants
from cwg.members.cleaning import one_line
from cwg.members.models import Person

from .addresses import absolute
from .kinds import Mail

SUBJECT_LENGTH = 150


def shortened(text: str, length: int = SUBJECT_LENGTH) -> str:
    """`text` on one line, cut at a word where it is longer than `length` characters."""
    line = one_line(text)
    if len(line) <= length:
        return line
    return f"{line[: length - 1].rsplit(' ', 1)[0]}…"


def moment(at: datetime, zone: str | tzinfo, place: str, person: Person | None) -> tuple[str, ...]:
    """An instant as a mail says it, a line each: at the seat with its place, in UTC, in the person's own zone.

    `at` is aware, `zone` the seat's. The person's line is left out where they chose no zone, or the seat's.
    """
    lines = [
        _("%(instant)s, %(place)s") % {"instant": instants.instant_text(at, zone, "full"), "place": place}
    ]
    offset = at.astimezone(instants.as_zone(zone)).utcoffset()
    if offset:
        lines.append(instants.instant_text(at, UTC, "full"))
    own = zone_of(person)
    if own is not None and at.astimezone(own).utcoffset() not in (offset, at.astimezone(UTC).utcoffset()):
        lines.append(
            _("%(instant)s, your time (%(zone)s)")
            % {"instant": instants.instant_text(at, own, "full"), "zone": own.key}
        )
    return tuple(lines)


def zone_of(person: Person | None) -> ZoneInfo | None:
    """The zone a person chose; None where they chose none, or one that no longer exists."""
    try:
        return ZoneInfo(person.time_zone) if person is not None and person.time_zone else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def in_words_of(language: str):
    """A context in which the catalogue of that language is active: "zh" is kept, "zh-hans" is read."""
    return translation.override(spoken(language))


def compose(
    mail: Mail, *, to: str, name: str, language: str, message_id: str, optional: bool, now: datetime
) -> EmailMultiAlternatives:
    """The message as it goes out. The recipient's language is active.

    `optional`: the reader may choose not to get such mails, and is told where.

    An address with a line break is refused by Django when the message is sent (ValueError).
    """
    sentences = _render(f"mail/{mail.template}.txt", {**mail.context, "now": now}, autoescape=False)
    words, path = mail.link or ("", "")
    context: dict[str, Any] = {
        "subject": one_line(mail.subject),
        "name": one_line(name),
        "paragraphs": [one_line(part) for part in re.split(r"\n\s*\n", sentences) if part.strip()],
        "facts": [(one_line(label), [one_line(line) for line in lines]) for label, lines in mail.facts],
        "link_words": words,
        "link": absolute(path) if path else "",
        "portal_name": getattr(settings, "PORTAL_NAME", "CWG-Internet"),
        "portal_url": settings.PORTAL_URL,
        "settings_url": absolute(reverse("home:me")) if optional else "",
        "language": spoken(language),
        "direction": "rtl" if translation.get_language_bidi() else "ltr",
    }
    headers = {
        "Message-ID": message_id,
        "Date": format_datetime(now),
        "Auto-Submitted": "auto-generated",
        "Content-Language": context["language"],
    }
    if optional:
        headers["List-Unsubscribe"] = f"<{context['settings_url']}>"
    text = re.sub(r"\n{3,}", "\n\n", _render("mail/base.txt", context, autoescape=False)).strip() + "\n"
    message = EmailMultiAlternatives(shortened(mail.subject), text, None, [to], headers=headers)
    message.attach_alternative(_render("mail/base.html", context, autoescape=True), "text/html")
    return message


def _render(template: str, context: dict, *, autoescape: bool) -> str:
    """`template` with `context`. Plain text is not escaped, whatever its template says; HTML always is."""
    found: Any = loader.get_template(template)  # of Django's own engine: the settings name no other
    return found.template.render(Context(context, autoescape=autoescape))


def as_the_reader_sees_it(person: Person | None):
    """A context in which instants without a zone are printed in the person's own, else in UTC."""
    return timezone.override(zone_of(person) or UTC)
