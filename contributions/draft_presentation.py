"""Drafts as the page components take them: the preview's header block, what sort of change one is. Its files: `draft_file_rows`."""

from django.utils.translation import gettext

from cwg.documents import filed_for, header_block, symbols
from cwg.documents.header_block import HeaderBlock
from cwg.documents.kinds import Kind
from cwg.languages import LANGUAGE_NAMES
from cwg.look.instants import as_zone

from . import drafting, parts
from .models import Contribution


def proposed_fields(contribution: Contribution) -> list[dict[str, str]]:
    """What only its file has said so far, and where on its page each is checked."""
    return [{"label": parts.name_of(name), "at": parts.anchor_of(name)} for name in contribution.proposed]


def sort_of_change(contribution: Contribution) -> str:
    """ "Revision", "Corrigendum, French text only"; nothing of a draft that changes no document."""
    if not contribution.is_change:
        return ""
    kind = contribution.get_revision_kind_display()
    if not contribution.corrected_language:
        return kind
    language = LANGUAGE_NAMES[contribution.corrected_language]
    return gettext("%(kind)s, %(language)s text only") % {"kind": kind, "language": language}


def no_such_text(refused: drafting.NoSuchText) -> str:
    """A Rev. may have left the language out since the page was opened."""
    language = LANGUAGE_NAMES[refused.language]
    return gettext("The document has no text in %(language)s that could be corrected.") % {
        "language": language
    }


def how_it_came(contribution: Contribution) -> str:
    """ "Filed by the secretariat for: Saudi Arabia; received by letter ..."; nothing where the party writes itself."""
    if not contribution.filed_for_another:
        return ""
    return filed_for.mark(contribution.party.name, contribution.came_by, contribution.dated)


def header(contribution: Contribution, source_names: list[str]) -> HeaderBlock:
    """The header block of the preview: as the registered document will have it, without number and date."""
    register = contribution.register
    symbol = ""
    if contribution.revises is not None:
        symbol = symbols.of_change(
            contribution.revises.symbol, contribution.revision_kind, contribution.corrected_language
        )
    return header_block.describe(
        group=contribution.group.name,
        meeting=register.title if register else gettext("Meeting not yet convened"),
        place=register.place if register else "",
        days=(register.first_day, register.last_day) if register else (None, None),
        symbol=symbol,
        day=None,
        zone=contribution.group.zone,
        kind=str(Kind(contribution.kind).label),
        source=", ".join(source_names),
        languages=contribution.original_languages,
        title=contribution.title or gettext("(no title yet)"),
        title_language=next(iter(contribution.original_languages), ""),
        summary=contribution.summary,
        action_required=contribution.action_required,
        references=contribution.references,
        filed=how_it_came(contribution),
        is_draft=True,
    )


def seat_zone(contribution: Contribution):
    """The zone of the meeting's seat, or of the group's."""
    return as_zone(contribution.register.zone if contribution.register else contribution.group.zone)
