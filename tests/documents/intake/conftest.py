import pytest

from cwg.documents import intake


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
