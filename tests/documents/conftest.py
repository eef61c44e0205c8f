"""A register, and in it a document; a file whose tests want another one has it itself."""

import pytest

from cwg.documents import text_reading
from cwg.documents.models import Document, Register
from tests import factories


@pytest.fixture
def register(held, dg) -> Register:
    return factories.make_register(dg)


@pytest.fixture
def document(register, held) -> Document:
    """DG-2/1 in English, with a Spanish translation of the delegation's own, an hour ago."""
    versions = (factories.version_line("en"), factories.version_line("es", "El texto.", is_original=False))
    made = factories.make_document(register, versions=versions)
    held.forward(hours=1)
    return made


@pytest.fixture
def reads_alone(monkeypatch, tmp_path):
    """Texts are read, although tests beside this one may be reading some."""
    monkeypatch.setattr(text_reading.tempfile, "gettempdir", lambda: str(tmp_path))
