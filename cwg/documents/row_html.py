"""The lines of a list of documents as HTML.

Written out here and not as a template: a meeting's page prints a hundred of them, and a template took half of
the page's time for it. `templates/documents/rows.html` is the table around them.
"""

from collections.abc import Iterable
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from cwg.look.templatetags import portal


def lines(rows: Iterable) -> SafeString:
    """`<tr>` for each `listing.Row`. Everything a person typed is escaped here."""
    heads = [_("Symbol"), _("Title"), _("Source"), _("Available"), _("Languages")]
    symbol_word, title_word, source_word, at_word, languages_word = (escape(head) for head in heads)
    unknown = f'<span class="unknown">{escape(_("not known"))}</span>'
    unnumbered = f'<span class="unknown">{escape(_("no symbol"))}</span>'
    new = f' <span class="tag tag-new">{escape(_("New"))}</span>'
    withdrawn = f' <span class="tag">{escape(_("Withdrawn"))}</span>'
    objected = f' <span class="tag tag-warning">{escape(_("Objection"))}</span>'
    asked = escape(_("Requested by the meeting"))

    def note(html: str) -> str:
        return f'<span class="cell-kind">{html}</span>'

    out = []
    for row in rows:
        url = escape(row.url)
        symbol = unnumbered
        if row.symbol:
            symbol = f'<a class="symbol" href="{url}" translate="no">{portal.symbol_words(row.symbol)}</a>'
        if row.suffixes:
            symbol += f' <span class="cell-kind"><bdi dir="ltr">{escape(row.suffixes)}</bdi></span>'
        language = f' lang="{escape(row.title_language)}"' if row.title_language else ""
        title = f'<a href="{url}"{language} dir="auto">{escape(row.heading)}</a>'
        title += (new if row.is_new else "") + (withdrawn if row.withdrawn else "")
        title += (objected if row.objected else "") + note(escape(row.kind))
        if row.filed:
            title += note(escape(row.filed))
        if row.answers:
            title += note(f'<a href="{escape(row.asked_url)}">{asked}</a>' if row.asked_url else asked)
        if row.meeting:
            title += note(escape(row.meeting))
        at = portal.instant(row.at, row.zone, "short") if row.at else unknown
        past = ' class="is-past"' if row.withdrawn else ""
        out.append(
            f"<tr{past}>"
            f'<td class="cell-symbol" data-label="{symbol_word}">{symbol}</td>'
            f'<th scope="row" class="cell-title" data-label="{title_word}">{title}</th>'
            f'<td data-label="{source_word}">{escape(row.source) or unknown}</td>'
            f'<td class="cell-time" data-label="{at_word}">{at} {row.verdict_html}</td>'
            f'<td data-label="{languages_word}">{row.languages_html}</td></tr>'
        )
    return mark_safe("\n".join(out))
