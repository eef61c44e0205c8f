"""The spellings of symbols as regular expressions, and the names that they are made of: the grammar of `symbols`.

All repetitions are bounded, so that the time needed grows with the length of the text and with nothing else.
"""

import re

DIGITS_OF_MEETING = 4
MAX_SUFFIXES = 6

LANGUAGE_OF_LETTER = {"A": "ar", "C": "zh", "E": "en", "F": "fr", "R": "ru", "S": "es"}
LETTER_OF_LANGUAGE = {language: letter for letter, language in LANGUAGE_OF_LETTER.items()}

# Spellings as the bodies themselves write them.
KNOWN_PREFIXES = ("WG-WSIS", "CWG-WSIS", "CWG-Internet", "C", "PP", "WTSA", "WTDC", "WRC", "WCIT", "WTPF")
# Names under which documents of CWG-Internet are quoted.
_ALIASES = {"wg-internet": "CWG-Internet"}
CANONICAL_PREFIX = {prefix.lower(): prefix for prefix in KNOWN_PREFIXES} | _ALIASES

_FLAGS = re.ASCII | re.IGNORECASE | re.VERBOSE

MEETING = f"[0-9]{{1,{DIGITS_OF_MEETING}}}"
_NUMBER = "0{0,4}[1-9][0-9]{0,4}"
_SERIES = "INF|DT|DL|ADM"
_DOC = r"doc(?:ument)?o?s?"
_WORD = "(?:rev(?:ision)?|corr?(?:igendum|igenda)?|add(?:endum|enda)?)"
_SUFFIX_NUMBER = "0{0,2}[1-9][0-9]{0,2}(?![0-9])"
# The inside of a pair of brackets: (Rev.1), (R2), (Rev. 1, Corr.2), (Rev)
_INSIDE = rf"(?:{_WORD}(?:[ ]?[.]?[ ]?{_SUFFIX_NUMBER})?|R[.]?{_SUFFIX_NUMBER})"
_BRACKETED = rf"[ ]?[(\[][ ]?{_INSIDE}(?:[ ,;+]{{1,3}}{_INSIDE}){{0,3}}[.]?[ ]?[)\]]"

ONE_SUFFIX = re.compile(
    rf"(?<![A-Z])(?P<kind>{_WORD}|R(?=[. ]?[0-9]))[ ]?[.]?[ ]?(?P<number>{_SUFFIX_NUMBER})?", _FLAGS
)

# A whole text that is a symbol.
_SUFFIX_WHOLE = rf"""(?:{_BRACKETED}
    |[ ,-]{{0,2}}{_WORD}(?:[ ]?[.]?[ ]?{_SUFFIX_NUMBER}|(?![A-Z0-9]))
    |[ ,-]{{0,2}}R[.]?{_SUFFIX_NUMBER})"""
WHOLE = re.compile(
    rf"""
    (?:
        (?:{_DOC}\b[. ]{{0,2}})?
        (?:
            (?:(?P<prefix>[A-Z]{{1,20}}(?:[ -]{{1,3}}[A-Z]{{1,20}}){{0,5}})[ -]{{0,3}})?
            (?P<meeting>{MEETING})
            [ ]?/[ ]?(?:(?P<series>{_SERIES})[ ]?[/-]?[ ]?)?(?P<number>{_NUMBER})
        |
            (?P<series_alone>{_SERIES})[ ]?[/-]?[ ]?(?P<number_alone>{_NUMBER})
        )
    |
        {_DOC}\b[.]?[ ]?(?:no[.]?[ ]?)?(?P<number_doc>{_NUMBER})
    |
        (?P<number_bare>{_NUMBER})(?={_SUFFIX_WHOLE})
    )
    (?P<before>{_SUFFIX_WHOLE}{{0,{MAX_SUFFIXES}}})
    (?:[ ]?(?:-[ ]?|[ ])(?P<letter>[ACEFRS])(?![A-Z0-9]))?
    (?P<after>{_SUFFIX_WHOLE}{{0,{MAX_SUFFIXES}}})
    """,
    _FLAGS,
)

# The word for a document in the languages that ASCII does not write, before its number; in Chinese behind it as well.
DOC_ABROAD = re.compile(
    r"""^(?:документ\w{0,3}|док|(?:ال)?وثيق[ةه]|(?:ال)?وثائق|文件|文档|文檔)[ .:]{0,3}(?:№|رقم|第)?[ ]?(?P<before>[^号號]*)[号號]?$
    |^第?[ ]?(?P<after>[^号號]*)[号號]?(?:文件|文档|文檔)$""",
    re.IGNORECASE | re.VERBOSE,
)

# What the portal's own names of files and folders are made of; a browser adds " (1)" to a second copy.
SUFFIX_OF_FILE = re.compile(rf"_(?P<suffix>(?:Rev|Corr|Add)[.]{_SUFFIX_NUMBER})", _FLAGS)
FILE_NAME = re.compile(
    rf"""
    (?:(?:receipt|statement)_)?
    (?P<head>[A-Z]{{1,20}}(?:-[A-Z]{{1,20}}){{0,5}}-?{MEETING})-(?:(?P<series>{_SERIES})-)?(?P<number>{_NUMBER})
    (?P<suffixes>(?:_(?:Rev|Corr|Add)[.]{_SUFFIX_NUMBER}){{0,{MAX_SUFFIXES}}})
    (?:_(?:(?P<language>{"|".join(sorted(LETTER_OF_LANGUAGE))})|cover))?(?:_[0-9]{{1,3}})?
    (?:[ ]?[(][0-9]{{1,3}}[)])?(?:[.][A-Z0-9]{{1,5}})?
    """,
    _FLAGS,
)

# A symbol in running text. What follows must not make it part of a longer word, date, ratio or path.
_KNOWN = "|".join(sorted(map(re.escape, CANONICAL_PREFIX), key=len, reverse=True))
_BARE_WORD = r"(?:rev(?:ision)?|corr(?:igendum)?|addendum|(?-i:Add|ADD)|add(?=[.]))"
_SUFFIX_IN_TEXT = rf"""(?:{_BRACKETED}
    |[ -]?{_BARE_WORD}[ ]?[.]?[ ]?{_SUFFIX_NUMBER}(?![A-Z])
    |-?R{_SUFFIX_NUMBER}(?![A-Z]))"""
IN_TEXT = re.compile(
    rf"""
    (?<![A-Z0-9_/])(?<![A-Z0-9]-)(?<![0-9][.,])
    (?:
        (?:
            (?P<prefix>
                (?:{_KNOWN})(?=[ ]?-?[0-9])
                |(?-i:[A-Z]{{1,20}}(?:-[A-Z][A-Za-z]{{0,19}}){{0,5}})(?=-)
            )
            [ ]?-?
        )?
        (?P<meeting>{MEETING})/(?:(?P<series>{_SERIES})/)?(?P<number>{_NUMBER})
    |
        (?P<series_alone>{_SERIES})/(?P<number_alone>{_NUMBER})
    |
        {_DOC}[.]?[ ]?(?:no[.]?[ ]?)?(?P<number_doc>{_NUMBER})
    )
    (?P<before>{_SUFFIX_IN_TEXT}{{0,{MAX_SUFFIXES}}})
    (?:-(?P<letter>[ACEFRS])(?![A-Z0-9_]))?
    (?P<after>{_SUFFIX_IN_TEXT}{{0,{MAX_SUFFIXES}}})
    (?![A-Z0-9_])(?![./-][0-9])(?!/[A-Z])
    """,
    _FLAGS,
)
