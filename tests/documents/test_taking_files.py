"""The row of a file that was taken: what stands on it beside the findings of intake."""

from types import SimpleNamespace

import pytest

from cwg.documents import taking_files


def row_of(language: str, also_in: list[str], *, editable: bool = True) -> dict:
    blob = SimpleNamespace(
        inspection={}, reading="read", media_type="", size=1, is_damaged=False, get_scan_display=str
    )
    file = SimpleNamespace(pk=1, name="a.pdf", language=language, blob=blob, blob_id="0" * 64)
    return taking_files.file_row(file, also_in=also_in, editable=editable)


@pytest.mark.parametrize(
    ("also_in", "said"),
    [
        (
            ["es", "fr"],
            "This file is identical to the one in French. If it is not the Spanish text, remove it.",
        ),
        (
            ["zh", "ru", "fr", "es", "en", "ar"],
            "This file is identical to those in Arabic, Chinese, English, French, Russian."
            " If it is not the Spanish text, remove it.",
        ),
    ],
)
def test_the_same_bytes_in_other_languages_are_told_in_the_order_of_their_english_names(also_in, said):
    assert row_of("es", also_in)["findings"] == [{"tone": "warning", "text": said}]


def test_whoever_cannot_remove_the_file_is_not_told_to_and_its_own_language_is_no_other():
    (finding,) = row_of("es", ["fr"], editable=False)["findings"]
    assert finding["text"] == "This file is identical to the one in French."
    assert row_of("es", ["es"])["findings"] == []
