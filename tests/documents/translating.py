"""What the tests of added translations share: the verbs of the secretariat, and what they write."""

from django.core.files.uploadedfile import SimpleUploadedFile

from cwg.documents import header_block, translations
from cwg.documents.models import Document, File, PreparedFile, Version
from cwg.documents.translations import Standing
from cwg.members.models import Person
from cwg.members.rights import rights_of
from cwg.notices.models import Event
from cwg.record.models import JournalEntry
from tests import factories


def read(document: Document) -> Document:
    return header_block.for_page(Document.objects).get(pk=document.pk)


def standing() -> tuple:
    """All that adding a translation writes."""
    return (
        list(Version.objects.order_by("pk").values_list("pk", "language", "edition")),
        File.objects.count(),
        JournalEntry.objects.count(),
        Event.objects.count(),
    )


def prepare(document: Document, by: Person, language: str = "fr", text: str = "Le texte.") -> PreparedFile:
    upload = SimpleUploadedFile("a.pdf", factories.pdf_bytes(text), content_type=factories.PDF)
    now = JournalEntry.objects.latest("at").at
    rights = rights_of(by)
    return translations.prepare(
        document, document.current.pk, upload, language=language, rights=rights, at=now
    )


def add(document: Document, by: Person, language: str = "fr", **more) -> Version:
    return translations.add(document, document.current.pk, language, rights=rights_of(by), **more)


def places(document: Document) -> dict[str, Standing]:
    return {place.code: place.standing for place in translations.places(read(document).current)}
