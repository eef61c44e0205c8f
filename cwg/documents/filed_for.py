"""What the secretariat filed for others, in words and as the record keeps it. Written here once.

Everybody who reads a document reads by whose hand and how it came. The letter itself is for a few
(`Letter.objects.visible_to`): the record, a receipt and its statement name its digest alone, which tells who has no letter
neither its name, nor its size, nor how many files it has, and lets who has one prove it.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from cwg.look.instants import date_text
from cwg.members.parties import Secretariat
from cwg.record import journal

from .filing import FileLine, ForAnother
from .models import CameBy, Document, FiledFor, Objection, Revision


def of(revision: Revision) -> FiledFor | None:
    """How the secretariat filed it for its source; None where the source sent it. No query after `for_list`."""
    return getattr(revision, "filed_for", None)


def filers_of(document: Document) -> list[FiledFor]:
    """The revisions that the secretariat filed for others, oldest first. As `of`."""
    return [found for revision in document.revisions.all() if (found := of(revision)) is not None]


def filer_of(document: Document) -> Secretariat | None:
    """The secretariat, whoever holds it, that filed the document and whatever changed it; None where its source sent any
    of that. As `of`.

    A State that has revised or corrected what was filed for it has made it its own.
    """
    if any(of(revision) is None for revision in document.revisions.all()):
        return None
    return filer_of_revision(document.original)


def filer_of_revision(revision: Revision) -> Secretariat | None:
    return Secretariat(revision.document.register.group) if of(revision) else None


def objection_to(document: Document) -> Objection | None:
    """The objection that stands against the document. No query after `for_list`.

    Only what was filed for a State is objected to: the objections of all other documents need not be read.
    """
    if not filers_of(document):
        return None
    return next((each for each in document.objections.all() if each.is_standing), None)


# --- In words -----------------------------------------------------------------------------------------------------


def mark(party: str, came_by: str = "", dated: date | None = None) -> str:
    """ "Filed by the secretariat for: Saudi Arabia; received by letter of 3 December 2026". `party` by its name.

    A name stands in list form, without its article ("Syrian Arab Republic"): hence the colon.
    """
    filed = _("Filed by the secretariat for: %(party)s") % {"party": party}
    how = how_it_came(came_by, dated)
    return _("%(filed)s; %(how)s") % {"filed": filed, "how": how} if how else filed


def how_it_came(came_by: str, dated: date | None = None) -> str:
    """ "received by letter of 3 December 2026"; nothing where nobody has said how."""
    if not came_by:
        return ""
    way = CameBy(came_by)
    if dated is None:
        return {
            CameBy.LETTER: _("received by letter"),
            CameBy.EMAIL: _("received by e-mail"),
            CameBy.BY_HAND: _("handed over at the meeting"),
        }[way]
    words = {
        CameBy.LETTER: _("received by letter of %(date)s"),
        CameBy.EMAIL: _("received by e-mail of %(date)s"),
        CameBy.BY_HAND: _("handed over at the meeting on %(date)s"),
    }
    return words[way] % {"date": date_text(dated)}


def text_of(revision: Revision) -> str:
    """The mark of a revision, its lead by the name it had then; nothing where its source sent it. As `of`."""
    found = of(revision)
    if found is None:
        return ""
    sources = list(revision.sources.all())
    lead = next((source for source in sources if source.is_lead), sources[0])
    return mark(lead.printed_as, found.came_by, found.dated)


def objection_text(document: Document) -> str:
    """The objection that stands against the document, with its reason; nothing where none does. As `objection_to`."""
    found = objection_to(document)
    return f"{found.sentence}: {found.reason}" if found else ""


# --- In the record ------------------------------------------------------------------------------------------------


def letter_digest(letters: Iterable[FileLine]) -> str | None:
    """SHA-256 of what the letter consists of, in its order; None where none was kept."""
    listed = [{"name": line.name, "sha256": line.sha256, "size": line.size} for line in letters]
    return journal.digest(listed) if listed else None


def stated(line: ForAnother | None) -> dict[str, Any] | None:
    """As a receipt's statement says it; None where its source sent it."""
    if line is None:
        return None
    return {
        "filed_by": line.printed_as,
        "came_by": line.came_by,
        "dated": line.dated,
        "letter": letter_digest(line.letters),
    }


def recorded(line: ForAnother) -> dict[str, Any]:
    """As the journal keeps it: by number and never by name."""
    return {
        "filer": f"office:{line.office_id}",
        "came_by": line.came_by,
        "dated": line.dated,
        "letter": letter_digest(line.letters),
    }


def held(revision: Revision) -> ForAnother | None:
    """What the register holds of it, to be compared with what was stated. Reads the letters with their bytes' rows."""
    found = of(revision)
    if found is None:
        return None
    letters = tuple(FileLine(each.name, each.blob_id, each.blob.size) for each in found.letters.all())
    return ForAnother(found.office_id, found.printed_as, found.came_by, found.dated, letters)
