"""The parts of a draft: what its form calls each, and where on the draft's page each is put right."""

from django.db.models import Field
from django.utils.text import capfirst

from .models import Contribution

# Of those that are no single field of the form, the id there; the others have that of their field.
_ANCHORS = {
    "original_languages": "id_original_languages_0",
    "files": "files-input",
    "stored_files": "files-section",
    "letters": "letters-input",
    "stored_letters": "letter-section",
}


def name_of(field: str) -> str:
    """A field of a draft as its form calls it, with a capital letter."""
    found = Contribution._meta.get_field(field)
    assert isinstance(found, Field)
    return str(capfirst(found.verbose_name))


def anchor_of(part: str) -> str:
    """The id of what puts the part right; "" for "", which nothing there does."""
    return _ANCHORS.get(part, f"id_{part}") if part else ""
