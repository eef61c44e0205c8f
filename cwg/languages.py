"""The six official languages of the Union, equal in rank, by the codes under which names and documents are kept.

They stand in the alphabetical order of their English names, as on ITU documents.
"""

from django.conf import settings
from django.utils.translation import get_language, gettext
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
# What Django calls the catalogue of a language where that is not our code.
_CATALOGUES = {"zh": "zh-hans"}


def current_language() -> str:
    """The active language by its code here: "zh", never "zh-hans"."""
    code = (get_language() or "en")[:2]
    return code if code in LANGUAGE_CODES else "en"


def catalogue(code: str) -> str:
    """What Django calls the catalogue of one of the six: "zh-hans" for "zh"."""
    return _CATALOGUES.get(code, code)


def offered() -> list[str]:
    """The codes of the languages in which pages and mails are offered, in the order of the six."""
    speaks = {*settings.LANGUAGES_COMPLETE, *settings.LANGUAGES_IN_PREPARATION}
    return [code for code in LANGUAGE_CODES if code in speaks]


def help_of_choice() -> str:
    """What to say beside a choice of language; "" where pages and mails are offered in all six."""
    if len(offered()) == len(LANGUAGE_CODES):
        return ""
    named = ", ".join(str(LANGUAGE_NAMES[code]) for code in offered())
    said = gettext(
        "Documents are offered in it first. Pages and mails are ready in: %(languages)s; in the others they are in English."
    )
    return said % {"languages": named}


def spoken(code: str) -> str:
    """The catalogue in which pages and mails speak to whoever wants `code`: English where that is not offered."""
    return catalogue(code) if code in offered() else "en"
