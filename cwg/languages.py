"""The six official languages of the Union, equal in rank, by the codes under which names and documents are kept.

They stand in the alphabetical order of their English names, as on ITU documents.
"""

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

LANGUAGES = [
    ("ar", _("Arabic")),
    ("zh", _("Chinese")),
    ("en", _("English")),
    ("fr", _("French")),
    ("ru", _("Russian")),
    ("es", _("Spanish")),
]
LANGUAGE_NAMES = dict(LANGUAGES)
LANGUAGE_CODES = tuple(LANGUAGE_NAMES)
RIGHT_TO_LEFT = frozenset({"ar"})


def current_language() -> str:
    """The active language by its code here: "zh", never "zh-hans"."""
    code = (get_language() or "en")[:2]
    return code if code in LANGUAGE_CODES else "en"
