"""What the lines of a list of documents repeat: badges, languages, labels, addresses."""

from django.template.loader import render_to_string
from django.urls import reverse

from cwg.look.templatetags import portal

from . import symbols, verdicts
from .kinds import Kind
from .templatetags.documents import verdict as verdict_tag


class RowParts:
    """Badges, chips and labels, printed once per distinct value: a list repeats the same few."""

    def __init__(self) -> None:
        self._verdicts: dict[str, str] = {}
        self._chips: dict[tuple, str] = {}
        self._kinds: dict[str, str] = {}
        self._suffixes: dict[tuple, str] = {}
        self._base = reverse("documents:document", args=["x"])

    def url(self, path: str) -> str:
        return (
            self._base.replace("x/", f"{path}/")
            if path.isascii()
            else reverse("documents:document", args=[path])
        )

    def suffixes(self, revisions: tuple[tuple[str, int, str], ...]) -> str:
        """ "Rev.1 Corr.1-E": revisions by kind, number and language."""
        if revisions not in self._suffixes:
            self._suffixes[revisions] = " ".join(_short(*revision) for revision in revisions)
        return self._suffixes[revisions]

    def kind(self, value: str) -> str:
        if value not in self._kinds:
            self._kinds[value] = str(Kind(value).label)
        return self._kinds[value]

    def verdict(self, value: str) -> str:
        if value not in self._verdicts:
            departs = verdicts.words(value).departs
            badge = render_to_string("components/verdict.html", verdict_tag(value)) if departs else ""
            self._verdicts[value] = badge.strip()
        return self._verdicts[value]

    def chips(
        self, languages: tuple[tuple[str, str], ...], corrections: tuple[tuple[str, int, str], ...]
    ) -> str:
        """The languages there are, by code and state; each says which corrigenda apply to its text."""
        if not languages:
            return ""
        if (languages, corrections) not in self._chips:
            listed = [
                {
                    "language": code,
                    "state": state,
                    "corrected_by": self.suffixes(
                        tuple(each for each in corrections if each[2] in ("", code))
                    ),
                }
                for code, state in languages
            ]
            self._chips[languages, corrections] = render_to_string(
                "components/language_chips.html", portal.language_chips(listed, show_missing=False)
            ).strip()
        return self._chips[languages, corrections]


def _short(kind: str, number: int, language: str) -> str:
    suffix = symbols.Suffix.of(kind, number)
    return symbols.short(suffix, language) if suffix else ""
