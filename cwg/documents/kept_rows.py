"""What the portal may do with the rows of the register (`cwg/record/keeping.py`)."""

from cwg.record import keeping

from .models import (
    Blob,
    Deadline,
    Document,
    File,
    FiledFor,
    Letter,
    Objection,
    Passage,
    PreparedFile,
    PublishedHeads,
    Receipt,
    Revision,
    SignedStatement,
    Source,
    ToIndex,
    Version,
)


def register() -> None:
    keeping.added_only(
        Revision, Source, Version, File, Receipt, SignedStatement, PublishedHeads, FiledFor, Letter
    )
    keeping.changed_in(
        Document,
        ["title", "disclosure", "withdrawn_at", "withdrawal_reason"],
        guards=["symbol_is_fixed", "withdrawn_stays_withdrawn"],
    )
    keeping.changed_in(Deadline, ["superseded_at", "ended_because"], guards=["instant_is_fixed"])
    keeping.changed_in(Objection, ["lifted_at", "lifted_by"], guards=["taken_back_once"])
    # Its row goes with the bytes, when nothing names them.
    keeping.changed_but_for(
        Blob,
        ["sha256", "size", "media_type", "stored_at", "inspection"],
        guards=["bytes_are_fixed", "text_comes_once"],
        deletes=True,
    )
    keeping.deleted(PreparedFile)
    # The index of the search is made anew for each change.
    keeping.deleted(Passage, ToIndex)
