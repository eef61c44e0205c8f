"""What a file may do, carries or lacks, as pages show it beside the file: what intake found, and how far its text is read."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from . import intake
from .models import Blob, File

TONES = {"refuse": "error", "warn": "warning", "info": "note"}


def for_sender(blob: Blob) -> list[dict[str, str]]:
    """For whoever may still take the file back, as `components/file_row.html` takes findings: a tone and a sentence."""
    told = [{"tone": TONES[each.severity], "text": each.sentence()} for each in _found(blob)]
    return told + _of_the_text(blob)


def for_readers(blob: Blob) -> list[dict[str, str]]:
    """The same for whoever sees a registered file: its sender, who may be the attacker, is not the only one who is told."""
    told = [
        {"tone": TONES[each.severity], "text": said}
        for each in _found(blob)
        if (said := each.sentence_for_readers())
    ]
    return told + _of_the_text(blob)


def to_look_at(files: QuerySet[File]) -> QuerySet[File]:
    """Those of `files` that may do, or carry, what a reader should know before opening them."""
    return files.filter(blob__inspection__findings__contains=[{"severity": "warn"}])


def _found(blob: Blob) -> list[intake.Finding]:
    record = blob.inspection or {}
    findings = intake.Inspection.from_record({"findings": record.get("findings", [])}).findings
    # Said by the state of the reading; kept among the findings by releases that read the text at intake.
    return [
        each for each in findings if each.code != intake.TEXT_PARTIAL or blob.reading == Blob.Reading.READ
    ]


def _of_the_text(blob: Blob) -> list[dict[str, str]]:
    said = {
        Blob.Reading.WAITING: _(
            "Its text is being read; until that is done, search does not find it by its text."
        ),
        Blob.Reading.PARTIAL: _("Its text could be read only in part; search may not find all of it."),
        Blob.Reading.UNREADABLE: _("Its text could not be read, so search does not find it by its text."),
    }.get(Blob.Reading(blob.reading))
    return [{"tone": "note", "text": said}] if said else []
