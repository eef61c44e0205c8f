"""Two people wrote in one draft at once: where their words differ, for the page that shows both."""

from dataclasses import dataclass

from cwg.look import differences, overtaken

from .forms import DraftForm


@dataclass(frozen=True)
class Difference:
    """A field that says something else: its label, what was saved in it, and the pieces of both texts."""

    label: str
    saved: str
    pieces: list[tuple[differences.Piece, str]]


def differences_of(mine: DraftForm, theirs: DraftForm) -> list[Difference]:
    """Each field that says something else in `mine` than in `theirs`, in the form's order."""
    found = []
    for field in mine.visible_fields():
        typed, saved = overtaken.in_words(field), overtaken.in_words(theirs[field.name])
        if _lines(typed) != _lines(saved):
            pieces = differences.marked(_lines(saved), _lines(typed))
            found.append(Difference(str(field.label), saved, pieces))
    return found


def _lines(words: str) -> str:
    # As a browser sends it, and as it is kept.
    return words.replace("\r\n", "\n").strip()
