"""Names of States and offices as a sentence takes them: "the Syrian Arab Republic" of the list's "Syrian Arab Republic".

Only English needs it: names are kept in list form, without article. In another language the name is given as it is
listed; its sentences are to be written so that this does.
"""

import re

ENGLISH = "en"
# The short names with an article in the terminology database of the United Nations, of those in `data/states.csv`.
WITH_ARTICLE = frozenset(
    {
        "Bahamas",
        "Central African Republic",
        "Comoros",
        "Congo",
        "Democratic People's Republic of Korea",
        "Democratic Republic of the Congo",
        "Dominican Republic",
        "Gambia",
        "Holy See",
        "Lao People's Democratic Republic",
        "Marshall Islands",
        "Netherlands",
        "Niger",
        "Philippines",
        "Republic of Korea",
        "Republic of Moldova",
        "Russian Federation",
        "State of Palestine",
        "Sudan",
        "Syrian Arab Republic",
        "United Arab Emirates",
        "United Kingdom of Great Britain and Northern Ireland",
        "United Republic of Tanzania",
        "United States of America",
    }
)
# "Iran (Islamic Republic of)" of a list is "the Islamic Republic of Iran" in a sentence.
_TURNED_AROUND = re.compile(r"(?P<what>[^()]+) \((?P<form>[^()]+ of)\)")


def of_state(name: str, language: str) -> str:
    """The short name of a State, as it is listed in that language, within a sentence."""
    if language != ENGLISH:
        return name
    if turned := _TURNED_AROUND.fullmatch(name):
        return f"the {turned['form']} {turned['what']}"
    return f"the {name}" if name.replace("’", "'") in WITH_ARTICLE else name


def of_office(name: str, language: str, *, is_office_of_group: bool) -> str:
    """The name of an office within a sentence: "the Chair of WG-WSIS", "the General Secretariat", but "ICANN".

    `is_office_of_group`: of its chair or its secretariat, whose name is no abbreviation even where it is one word.
    """
    if language != ENGLISH or name.casefold().startswith("the "):
        return name
    return f"the {name}" if is_office_of_group or " " in name.strip() else name
