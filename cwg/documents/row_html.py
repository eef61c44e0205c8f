"""The lines of a list of documents as HTML.

Written out here and not as a template: a meeting's page prints a hundred of them, and a template took half of
the page's time for it. `templates/documents/rows.html` is the table around them.

Twenty lines fit on a screen: a line says what there is, marks only what departs from the rule (a document that was in time says
nothing), and leaves the zone of its time to the head of the table.
"""

from collections.abc import Iterable, Sequence
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from cwg.look.templatetags import portal


def lines(rows: Sequence, zone: str) -> SafeString:
    """The bodies of the table, with a `<tr>` for each `listing.Row`; times of another zone than `zone` name theirs.

    A list of archives alone is divided by whether the text is held. Everything a person typed is escaped here.
    """
    if not all(row.of_archive for row in rows):
        return mark_safe(f"<tbody>\n{_body(rows, zone)}\n</tbody>")
    held = [row for row in rows if row.languages_html]
    known = [row for row in rows if not row.languages_html]
    parts = [(_("Text held"), held), (_("Known from the record, text not held"), known)]
    return mark_safe(
        "\n".join(
            f'<tbody><tr class="rows-part"><th scope="rowgroup" colspan="4">{escape(said)}</th></tr>\n'
            f"{_body(part, zone)}\n</tbody>"
            for said, part in parts
            if part
        )
    )


def _body(rows: Iterable, zone: str) -> str:
    new = f' <span class="tag tag-new">{escape(_("New"))}</span>'
    withdrawn = f' <span class="tag">{escape(_("Withdrawn"))}</span>'
    objected = f' <span class="tag tag-warning">{escape(_("Objection"))}</span>'
    nothing = (
        f'<span aria-hidden="true">–</span><span class="visually-hidden">{escape(_("not known"))}</span>'
    )

    def empty(value: object) -> str:
        return "" if value else " is-empty"

    out = []
    for row in rows:
        url = escape(row.url)
        symbol = nothing
        if row.symbol:
            symbol = f'<a class="symbol" href="{url}" translate="no">{portal.symbol_words(row.symbol)}</a>'
        if row.suffixes:
            symbol += f' <span class="cell-kind"><bdi dir="ltr">{escape(row.suffixes)}</bdi></span>'
        at = nothing
        if row.at:
            at = portal.instant(row.at, row.zone, "local" if row.zone == zone else "short")
        marks = (new if row.is_new else "") + (withdrawn if row.withdrawn else "")
        marks += objected if row.objected else ""
        past = ' class="is-past"' if row.withdrawn else ""
        out.append(
            f"<tr{past}>"
            f'<td class="cell-symbol{empty(row.symbol)}">{symbol}</td>'
            f'<th scope="row" class="cell-title">{_title(row, url)}{marks}'
            f'<span class="cell-kind">{_notes(row)}</span>{_found(row)}</th>'
            f'<td class="cell-time{empty(row.at)}">{at}</td>'
            f'<td class="cell-languages{empty(row.languages_html)}">{row.languages_html or nothing}</td></tr>'
        )
    return "\n".join(out)


def _title(row, url: str) -> str:
    if row.title:
        language = f' lang="{escape(row.title_language)}"' if row.title_language else ""
        return f'<a href="{url}"{language} dir="auto">{row.why.heading or escape(row.title)}</a>'
    # Never the archive's own words as if they were a title: quoted, or else what it is.
    known_as = row.why.heading or escape(row.known_as)
    called = escape(_("“%(words)s”")) % {"words": known_as} if known_as else escape(row.kind)
    return f'<a class="is-untitled" href="{url}" dir="auto">{called}</a>'


def _notes(row) -> str:
    """The second line: source and kind, what departs from the rule, by whose hand it came, the meeting where there are several.

    The source has no column of its own: beside it most titles would take a second line, and half as many rows fit on a screen.
    """
    notes = [f'<bdi class="cell-source">{row.why.source or escape(row.source)}</bdi>'] if row.source else []
    if row.title or row.known_as:
        notes.append(escape(row.kind))
    if not row.title:
        notes.append(escape(_("title not known")))
    asked = (
        row.verdict_html if row.requested else escape(_("Requested by the meeting")) if row.answers else ""
    )
    if asked:
        notes.append(f'<a href="{escape(row.asked_url)}">{asked}</a>' if row.asked_url else asked)
    if row.verdict_html and not row.requested:
        notes.append(row.verdict_html)
    notes += [f"<bdi>{escape(said)}</bdi>" for said in (row.filed, row.meeting) if said]
    return " · ".join(notes)


def _found(row) -> str:
    """Why a search found it, where that is not in the lines above."""
    if not row.why.excerpt:
        return ""
    spoken = f' lang="{escape(row.why.language)}"' if row.why.language else ""
    return f'<span class="cell-found"{spoken} dir="auto">{row.why.excerpt}</span>'
