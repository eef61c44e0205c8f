"""The heads of the chains by mail, every day, to the focal points who want them: a copy that the portal cannot reach."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cwg.documents import heads
from cwg.documents.models import PublishedHeads, Register
from cwg.look.instants import date_text
from cwg.members.models import Accreditation, Person, Role
from cwg.members.rights import rights_of
from cwg.notices import kinds, reminders
from cwg.notices.kinds import Mail, NoticeKind, Recipient
from cwg.notices.models import Event
from cwg.notices.reminders import DueReminder
from cwg.record import journal
from cwg.record.models import PortalJournal, SigningKey

KIND = "chain_heads"
# Heads of days that nobody was told of in time are on the page; they are not sent in a heap.
TOLD_WITHIN = timedelta(days=1)


def register() -> None:
    kinds.register(
        NoticeKind(
            KIND,
            _focal_points,
            _is_news_to_them,
            _render,
            label=gettext_lazy(
                "For focal points: a daily mail with the fingerprints of the register, as evidence that nothing was changed"
            ),
            default=False,
        )
    )
    reminders.register(_due)


def _due(now: datetime) -> Iterable[DueReminder]:
    """The heads published last, once."""
    found = heads.latest(since=TOLD_WITHIN)
    if found is not None:
        yield DueReminder(KIND, found.day.isoformat(), None, now, {"heads": found.pk})


def _focal_points(event: Event, now: datetime) -> list[Recipient]:
    held = Accreditation.objects.in_force(now).filter(role=Role.FOCAL_POINT, person__is_active=True)
    people = {
        accreditation.person_id: accreditation.person for accreditation in held.select_related("person")
    }
    return [Recipient.of(person) for _pk, person in sorted(people.items())]


def _is_news_to_them(event: Event, person: Person | None, now: datetime) -> bool:
    """Mail that waited for days is not sent in a heap either."""
    return now < event.happened_at + TOLD_WITHIN and rights_of(person, now).has_role(Role.FOCAL_POINT)


def _render(event: Event, person: Person | None, now: datetime) -> Mail:
    published = PublishedHeads.objects.get(pk=event.facts["heads"])
    said = published.content
    names = {str(chain): _("The portal") for chain in PortalJournal.objects.values_list("chain", flat=True)}
    visible = Register.objects.visible_to(rights_of(person, now))
    names |= {str(chain): title for chain, title in visible.values_list("chain", "title")}
    key = SigningKey.objects.get(key=said["key"])
    file_digest = hashlib.sha256(journal.canonical(said) + b"\n").hexdigest()
    return Mail(
        subject=_("Heads of the chains, %(date)s") % {"date": date_text(published.day)},
        template=KIND,
        context={},
        facts=(
            *(
                (
                    names.get(head["chain"]) or _("A register of another group"),
                    (
                        head["chain"],
                        _("Entries: %(count)d") % {"count": head["length"]},
                        head["head"],
                    ),
                )
                for head in said["heads"]
            ),
            (_("SHA-256 of the signed file"), (file_digest,)),
            (_("Fingerprint of the signing key"), (key.fingerprint,)),
        ),
        link=(_("Download the signed file"), reverse("documents:heads-of-day", args=[published.day])),
    )
