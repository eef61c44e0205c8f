"""Where a symbol or an address may go on in the next line."""

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

# So many characters fit into a line of the narrowest phone, in the largest letters that a symbol has (a receipt's).
FITS = 20


def breakable(symbol: str) -> SafeString:
    """Escaped. A long one breaks after "/" and before "(" only: copied, it is what it was, as `<wbr>` is no character."""
    written = conditional_escape(symbol)
    if len(symbol) <= FITS:
        return written
    return mark_safe(written.replace("/", "/<wbr>").replace("(", "<wbr>("))
