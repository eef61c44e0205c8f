import pytest

from tests import pdf_files

KINDS = (
    *("Text", "FreeText", "Highlight", "Underline", "StrikeOut", "Squiggly", "Caret", "Ink", "Stamp", "Line"),
    *("Square", "Circle", "Polygon", "PolyLine", "Redact", "FileAttachment", "Sound"),
)


def notes(look_here, *annotations):
    found = look_here(pdf_files.pdf(annotations=annotations))
    told = [each.data["count"] for each in found.findings if each.code == "comments"]
    assert told == ([found.comments] if found.comments else [])
    return found.comments


@pytest.mark.parametrize("kind", KINDS)
def test_notes_of_every_kind_are_counted(look_here, kind):
    assert notes(look_here, f"/Subtype /{kind} /T (Ann) /Contents (no)", f"/Subtype /{kind} /T (Bob)") == 2


@pytest.mark.parametrize("kind", ["Link", "Widget", "Watermark", "PrinterMark", "Screen", "Movie"])
def test_parts_of_the_page_itself_are_no_notes(look_here, kind):
    assert notes(look_here, f"/Subtype /{kind} /Contents (Go to the annex)") == 0


def test_the_window_of_a_note_is_no_second_one_but_a_window_of_none_is_a_note(look_here):
    assert (
        notes(look_here, "/Subtype /Text /Contents (no)", "/Subtype /Popup /Parent 3 0 R /Contents (no)") == 1
    )
    assert notes(look_here, "/Subtype /Popup /Contents (left behind)") == 1
    assert notes(look_here, "/Subtype /Popup") == 0


def test_an_answer_is_a_note_of_its_own_and_a_mark_on_a_note_is_not(look_here):
    note, answer = "/Subtype /Text /Contents (no)", "/Subtype /Text /IRT 3 0 R /Contents (why not?)"
    state = "/Subtype /Text /IRT 3 0 R /StateModel (Review) /State (Accepted)"
    second_half = "/Subtype /StrikeOut /IRT 3 0 R /RT /Group"
    assert notes(look_here, note, answer, state, second_half) == 2


def test_the_names_on_notes_are_told_each_once(look_here):
    each = [f"/Subtype /Square /T ({name})" for name in ("Zed", "Ann", "Zed")]
    assert look_here(pdf_files.pdf(annotations=tuple(each))).authors == ("Zed", "Ann")
