"""The shape of an archive: what is known about old meetings and documents, and what is not.

An archive may have gaps. What no source states is None or empty, never guessed; what was inferred is
said so in `note`. Times are local to the seat, as the sources print them.
"""

from dataclasses import dataclass
from datetime import date, datetime

#: Codes of document kinds, as the register uses them.
KINDS = frozenset(
    {
        "agenda", "time_management_plan", "contribution_action", "contribution_information", "information",
        "secretariat_report", "bureau_report", "temporary", "limited", "administrative", "liaison_in",
        "liaison_out", "chair_proposal", "compilation", "draft_report", "report", "participants", "circular",
        "consultation_response", "consultation_summary",
    }
)  # fmt: skip

#: What the portal says where an archive document has no text.
TEXT_NOT_HELD = "text not held"


@dataclass(frozen=True)
class ArchiveSource:
    """Who a document is from. `code` is an ISO alpha-3 code for a State, the usual short form for an office."""

    kind: str  # state | bureau | chair | body
    code: str
    printed_as: str  # as the source of the archive prints it


@dataclass(frozen=True)
class ArchiveDocument:
    """One document of an archive.

    `symbol`, `number`, `title` and `dated` are None where no source states them; `known_as` is then in
    what words the sources speak of it, to be shown as such and never as a title. `series` "" is the main series. `text_files` name files in `texts/`, printed one
    after the other; empty means that the text is not held.
    """

    slug: str  # stable key within the archive, for idempotent loading and file names
    kind: str
    symbol: str | None = None
    number: int | None = None
    series: str = ""
    known_as: str = ""
    title: str | None = None
    sources: tuple[ArchiveSource, ...] = ()
    dated: date | None = None
    languages: tuple[str, ...] = ("en",)
    summary: str = ""
    action_required: str = ""
    references: str = ""
    text_files: tuple[str, ...] = ()
    note: str = ""

    @property
    def text_held(self) -> bool:
        return bool(self.text_files)

    @property
    def heading(self) -> str:
        """What to call it in a list: its title, or the words the sources have for it, or its symbol."""
        return self.title or self.known_as or self.symbol or ""


@dataclass(frozen=True)
class ArchiveRequest:
    """Something a meeting asked of somebody.

    `standing` says how far it went: "requested" (the Group asked), "proposed" (some administrations
    proposed it; no decision is reported) or "invited". `due_on` is None where no day is named;
    `due_in_words` is what the report says then. `answered_by` is the slug of the document that came.
    """

    slug: str
    paragraph: str  # where in the report
    addressees: tuple[ArchiveSource, ...]
    wording: str  # the report's own words
    standing: str
    due_on: date | None = None
    due_in_words: str = ""
    answered_by: str = ""
    note: str = ""


@dataclass(frozen=True)
class ArchiveMeeting:
    """One old meeting. `opens_local` is naive, in `zone`; None where only the days are known."""

    slug: str
    group_code: str
    parent_slug: str
    ordinal: int
    title: str
    place: str
    zone: str
    opens_on: date
    opens_local: datetime | None
    ends_on: date
    chair: str
    chair_state: str  # ISO alpha-3 of the chair's State
    participants: str
    next_meeting: str
    notes: str
    documents: tuple[ArchiveDocument, ...] = ()
    requests: tuple[ArchiveRequest, ...] = ()
