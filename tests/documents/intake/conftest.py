import io

import pytest

from cwg.documents import intake
from cwg.documents.intake import examination
from cwg.documents.intake.runner import extension_of


@pytest.fixture
def look(tmp_path):
    """Inspects bytes under a declared name, in the real child process."""

    def inspect(content, name="contribution.docx", **limits):
        path = tmp_path / "upload.bin"
        path.write_bytes(content)
        return intake.inspect(path, declared_name=name, limits=intake.Limits(**limits))

    return inspect


@pytest.fixture
def read(tmp_path):
    """Reads the text of bytes, in the real child process."""

    def text_of(content, **limits):
        path = tmp_path / "taken.bin"
        path.write_bytes(content)
        return intake.read(path, limits=intake.Limits(**limits))

    return text_of


@pytest.fixture
def look_here():
    """The same in this process: ten times as fast, for what the child's own limits have no part in."""

    def inspect(content, name="a.pdf", **limits):
        with io.BytesIO(content) as stream:
            return examination.examine(
                stream,
                kind=examination.recognise(stream),
                size=len(content),
                extension=extension_of(name),
                limits=intake.Limits(**limits),
            )

    return inspect
