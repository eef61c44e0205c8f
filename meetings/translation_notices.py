"""What is told by mail of a translation that was added: to readers of the group whose language it is, if they ask for it."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cwg.documents import translations
from cwg.documents.models import Document, Version
from cwg.languages import LANGUAGE_NAMES
from cwg.members.models import Person
from cwg.members.rights import Rights, rights_of
from cwg.notices import audience, kinds, outbox
from cwg.notices.kinds import Mail, NoticeKind, Recipient
from cwg.notices.layout import moment, one_line
from cwg.notices.models import Event

KIND = "translation_added"


def register() -> None:
    kinds.register(
        NoticeKind(
            KIND,
            _recipients,
            _is_news,
            _render,
            label=gettext_lazy("Translations into my language"),
            default=False,
        )
    )
    translations.on_added(tell)


def tell(version: Version) -> None:
    """Put an added translation into the outbox: one row, in the transaction of the act."""
    assert version.added_at is not None
    outbox.tell(
        KIND,
        key=str(version.pk),
        at=version.added_at,
        group=version.revision.document.register.group_id,
        facts={"version": version.pk},
    )


def _version(event: Event) -> Version:
    of = Version.objects.defer("text").select_related("revision__document__register__group")
    return of.get(pk=event.facts["version"])


def _sees(rights: Rights, version: Version) -> bool:
    return Document.objects.visible_to(rights).filter(pk=version.revision.document_id).exists()


def _recipients(event: Event, now: datetime) -> list[Recipient]:
    """Readers of the group who use the portal in that language and see the document."""
    version = _version(event)
    group_id = version.revision.document.register.group_id
    reading = [
        rights
        for rights in audience.of_group(group_id, now)
        if group_id in rights.readable_groups and rights.holder.language == version.language
    ]
    return [
        Recipient.of(rights.holder)
        for rights in audience.who_see(reading, lambda rights: _sees(rights, version))
    ]


def _is_news(event: Event, person: Person | None, now: datetime) -> bool:
    """Not replaced and not withdrawn meanwhile; the person still reads it, in that language."""
    version, rights = _version(event), rights_of(person, now)
    document = version.revision.document
    if person is None or person.language != version.language or document.is_withdrawn:
        return False
    if not Version.objects.standing().filter(pk=version.pk).exists():
        return False
    return document.register.group_id in rights.readable_groups and _sees(rights, version)


def _render(event: Event, person: Person | None, now: datetime) -> Mail:
    version = _version(event)
    revision, register = version.revision, version.revision.document.register
    title = one_line(revision.title or revision.document.heading)
    said = {"symbol": revision.symbol or title, "language": LANGUAGE_NAMES[version.language]}
    assert version.added_at is not None
    return Mail(
        subject=_("%(symbol)s: %(language)s translation added") % said,
        template=KIND,
        context={"symbol": said["symbol"], "translated_into": said["language"]},
        facts=(
            (_("Document"), tuple(part for part in (revision.symbol, title) if part)),
            (_("Meeting"), tuple(part for part in (register.title, register.place) if part)),
            (_("Added"), moment(version.added_at, register.zone, register.place, person)),
        ),
        link=(_("Open the document"), revision.document.get_absolute_url()),
    )
