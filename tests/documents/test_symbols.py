"""The grammar of document symbols: printing, lenient parsing, references in prose, addresses."""

import dataclasses
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cwg.documents.symbol_patterns import KNOWN_PREFIXES, LETTER_OF_LANGUAGE
from cwg.documents.symbols import (
    MAX_LENGTH,
    MAX_MEETING,
    SERIES,
    NotASymbol,
    Suffix,
    SuffixKind,
    Symbol,
    anchor,
    find_references,
    from_path,
    in_file_name,
    of_change,
    of_revision,
    parse,
    path,
)

REV, CORR, ADD = SuffixKind.REV, SuffixKind.CORR, SuffixKind.ADD


def wsis(number, *suffixes, meeting=14, series="", language=None):
    return Symbol("WG-WSIS", meeting, series, number, suffixes, language)


def test_the_highest_number_of_a_meeting_makes_a_symbol_and_the_next_makes_none():
    most = wsis(7, meeting=MAX_MEETING)
    assert parse(str(most)) == most
    assert [found for *_, found in find_references(f"see {most}.")] == [most]
    with pytest.raises(NotASymbol):
        wsis(7, meeting=MAX_MEETING + 1)
    with pytest.raises(NotASymbol):
        parse(f"WG-WSIS-{MAX_MEETING + 1}/7")


def is_a_prefix(text):
    try:
        Symbol(text, 1, "", 1)
    except NotASymbol:
        return False
    return True


prefixes = st.one_of(
    st.sampled_from(KNOWN_PREFIXES), st.from_regex(r"[A-Z]{1,20}(-[A-Z]{1,20}){0,5}", fullmatch=True)
).filter(is_a_prefix)
suffixes = st.builds(Suffix, st.sampled_from(SuffixKind), st.integers(1, 999))
tails = {
    "series": st.sampled_from(SERIES),
    "number": st.integers(1, 99_999),
    "suffixes": st.lists(suffixes, max_size=6).map(tuple),
    "language": st.none() | st.sampled_from(sorted(LETTER_OF_LANGUAGE)),
}
whole_symbols = st.builds(Symbol, prefix=prefixes, meeting=st.integers(1, 9999), **tails)
partial_symbols = st.builds(
    Symbol, prefix=st.none(), meeting=st.none() | st.integers(1, 9999).map(str), **tails
)
symbols = whole_symbols | partial_symbols
# Random text hardly ever looks like a symbol; text made of their pieces often nearly does.
pieces = st.sampled_from(
    [*"CERAFS-/()[]., 0179²٣–⁄\u200f\n\x00", "WG-WSIS", "14/7", "Rev.1", "R2", "INF", "Doc.", "add", "\ud800"]
)
nearly_symbols = st.lists(pieces, max_size=40).map("".join)


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("WG-WSIS-14/7", wsis(7)),
        ("CWG-Internet-11/2", Symbol("CWG-Internet", 11, "", 2)),
        ("WG-WSIS-14/INF/3", wsis(3, series="INF")),
        ("WG-WSIS-14/DT/2", wsis(2, series="DT")),
        ("WG-WSIS-14/DL/1", wsis(1, series="DL")),
        ("WG-WSIS-14/ADM/1", wsis(1, series="ADM")),
        ("WG-WSIS-11/10 rev 1", wsis(10, Suffix(REV, 1), meeting=11)),
        ("WG-WSIS-32/19-E Rev. 1", wsis(19, Suffix(REV, 1), meeting=32, language="en")),
        ("WG-Internet 11/11", Symbol("CWG-Internet", 11, "", 11)),
        ("C07/21", Symbol("C", "07", "", 21)),
        ("C17/84R2", Symbol("C", 17, "", 84, (Suffix(REV, 2),))),
        ("PP-14/20(Add.1)-E", Symbol("PP", 14, "", 20, (Suffix(ADD, 1),), "en")),
        ("DT/2(Rev.12)", Symbol(None, None, "DT", 2, (Suffix(REV, 12),))),
        ("Doc. 6", Symbol(None, None, "", 6)),
        ("14/7", Symbol(None, 14, "", 7)),
        ("84R2", Symbol(None, None, "", 84, (Suffix(REV, 2),))),
        ("wg-wsis 14/7 rev 1", wsis(7, Suffix(REV, 1))),
        ("wg wsis 14/7", wsis(7)),
        ("  WG-WSIS–14∕7. ", wsis(7)),
        ("WG‑WSIS\u00a014⁄7", wsis(7)),
        ("\u200fWG-WSIS-14/7\u200e", wsis(7)),
        ("WG-WSIS-14/7", wsis(7)),
        ("WG-WSIS-١٤/٧", wsis(7)),
        ("document wg-wsis-14/7", wsis(7)),
        ("WG-WSIS-14 / INF 3", wsis(3, series="INF")),
        ("WG-WSIS-014/007", wsis(7)),
        ("WG-WSIS-14/7 Rev", wsis(7, Suffix(REV, 1))),
        ("WG-WSIS-14/7(Rev. 1, Corr.2)-F", wsis(7, Suffix(REV, 1), Suffix(CORR, 2), language="fr")),
        ("WG-WSIS-14/7 corrigendum 2 addendum 3", wsis(7, Suffix(CORR, 2), Suffix(ADD, 3))),
        ("inf 3", Symbol(None, None, "INF", 3)),
    ],
)
def test_every_spelling_seen_is_understood(text, symbol):
    assert parse(text) == symbol


@pytest.mark.parametrize(
    "spelling", ["rev 1", "Rev.1", "REV1", "(Rev. 1)", "R1", "-R1", "-Rev.1", " revision 1"]
)
def test_a_revision_is_a_revision_however_it_is_written(spelling):
    assert parse(f"C17/84{spelling}") == Symbol("C", 17, "", 84, (Suffix(REV, 1),))


@pytest.mark.parametrize(
    ("letter", "language"), [("A", "ar"), ("C", "zh"), ("E", "en"), ("F", "fr"), ("R", "ru"), ("S", "es")]
)
def test_a_letter_behind_a_hyphen_is_a_language(letter, language):
    assert parse(f"WG-WSIS-14/7-{letter}") == wsis(7, language=language)
    assert str(wsis(7, language=language)) == f"WG-WSIS-14/7-{letter}"


def test_a_letter_r_with_a_number_is_a_revision_and_without_one_it_is_russian():
    assert parse("C17/84R2-R") == Symbol("C", 17, "", 84, (Suffix(REV, 2),), "ru")


@pytest.mark.parametrize(
    ("symbol", "printed"),
    [
        (wsis(7), "WG-WSIS-14/7"),
        (
            Symbol("cwg-internet", 11, "", 2, (Suffix(REV, 1), Suffix(ADD, 1)), "en"),
            "CWG-Internet-11/2(Rev.1)(Add.1)-E",
        ),
        (wsis(3, Suffix(CORR, 2), series="INF"), "WG-WSIS-14/INF/3(Corr.2)"),
        (Symbol("C", 7, "", 21), "C07/21"),
        (Symbol("PP", 6, "", 1), "PP-06/1"),
        (Symbol(None, None, "", 6), "Doc. 6"),
        (Symbol(None, None, "DT", 2), "DT/2"),
        (Symbol(None, 14, "", 7), "14/7"),
        (wsis(7, language="zh-hans"), "WG-WSIS-14/7-C"),
    ],
)
def test_the_canonical_form_is_printed(symbol, printed):
    assert str(symbol) == printed


@given(symbols)
@example(Symbol("DOC-A", 1, "", 1))
@example(Symbol("DT-A", 1, "DT", 1))
def test_what_is_printed_is_read_back_the_same(symbol):
    assert parse(str(symbol)) == symbol
    assert len(str(symbol)) <= MAX_LENGTH


@given(whole_symbols)
def test_case_does_not_matter(symbol):
    assert parse(str(symbol).lower()) == symbol == parse(str(symbol).upper())


@given(whole_symbols)
@example(Symbol("DOC-A", 1, "", 1))
@example(Symbol("DT-A", 1, "DT", 1))
def test_a_symbol_in_brackets_in_a_sentence_is_found_whole(symbol):
    before, after = "as proposed (see ", "), and was noted."
    found = find_references(f"{before}{symbol}{after}")
    assert found == [(len(before), len(before) + len(str(symbol)), symbol)]


@given(st.text() | nearly_symbols | st.text(min_size=MAX_LENGTH + 1, max_size=MAX_LENGTH + 50))
@example("14/0")
@example("14/7" + "(Rev.1)" * 20)
@example("0000/1")
def test_any_other_text_is_refused_with_the_one_named_error(text):
    try:
        symbol = parse(text)
    except NotASymbol:
        return
    assert parse(str(symbol)) == symbol


@given(st.text() | nearly_symbols)
def test_references_found_in_any_text_lie_in_it_in_order_and_apart(text):
    end = 0
    for start, stop, symbol in find_references(text):
        assert end <= start < stop <= len(text)
        assert parse(str(symbol)) == symbol
        end = stop


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7",
        "/",
        "WG-WSIS",
        "WG-WSIS-14",
        "WG-WSIS/7",
        "14/0",
        "14/7x",
        "14/7-X",
        "14/7(",
        "Doc-14/7",
        "and/or",
        None,
        7,
        b"14/7",
    ],
)
def test_what_is_no_symbol_is_refused(text):
    with pytest.raises(NotASymbol):
        parse(text)


def test_a_text_past_the_limit_is_refused_unread():
    assert parse("14/7".ljust(MAX_LENGTH)) == Symbol(None, 14, "", 7)
    with pytest.raises(NotASymbol):
        parse("14/7".ljust(MAX_LENGTH + 1))


@pytest.mark.parametrize(
    "parts",
    [
        ("WG WSIS", 14, "", 7),
        ("WG-WSIS", None, "", 7),
        ("Doc", 14, "", 7),
        ("WG-WSIS", 0, "", 7),
        ("WG-WSIS", "14a", "", 7),
        ("WG-WSIS", 14, "TD", 7),
        ("WG-WSIS", 14, "", 0),
        ("WG-WSIS", 14, "", 100_000),
        ("WG-WSIS", 14, "", 7, (Suffix(REV, 1),) * 7),
        ("WG-WSIS", 14, "", 7, (), "de"),
    ],
)
def test_parts_that_make_no_symbol_are_refused(parts):
    with pytest.raises(NotASymbol):
        Symbol(*parts)


@pytest.mark.parametrize("parts", [("Ann", 1), ("Rev", 0), ("Rev", 1000)])
def test_parts_that_make_no_suffix_are_refused(parts):
    with pytest.raises(NotASymbol):
        Suffix(*parts)


def test_an_unknown_group_keeps_its_own_spelling_and_is_recognised_in_any_other():
    symbol = Symbol("CWG-Kids", 3, "", 1)
    assert str(symbol) == "CWG-Kids-3/1"
    assert parse("cwg-kids 3/1") == symbol
    assert len({symbol, parse("CWG-KIDS-3/1")}) == 1


def test_references_in_a_report_are_found_where_they_stand():
    text = (
        "The agenda (WG-WSIS-14/2) was adopted as drafted. WG-Internet 11/11, 14/7 and Doc. 6 were noted; "
        "see C17/84R2, PP-14/20(Add.1)-E, DT/2(Rev.12) and (WG-WSIS-11/10 rev 1). 第WG-WSIS–14/5号"
    )
    assert [text[start:end] for start, end, _symbol in find_references(text)] == [
        "WG-WSIS-14/2",
        "WG-Internet 11/11",
        "14/7",
        "Doc. 6",
        "C17/84R2",
        "PP-14/20(Add.1)-E",
        "DT/2(Rev.12)",
        "WG-WSIS-11/10 rev 1",
        "WG-WSIS–14/5",
    ]


def test_invisible_marks_are_part_of_the_reference_but_not_of_the_symbol():
    text = "الوثيقة WG-\u200eWSIS-14/7\u200f."
    [(start, end, symbol)] = find_references(text)
    assert symbol == wsis(7)
    assert text[start:end] == "WG-\u200eWSIS-14/7"


@pytest.mark.parametrize(
    "prose",
    [
        "on 12/02/2009",
        "https://example.org/a/14/7/b",
        "paragraph 3.14/7.5",
        "and/or",
        "the room B12/3",
        "Document 1.2",
        "post-14/x",
    ],
)
def test_dates_addresses_and_ratios_are_not_taken_for_symbols(prose):
    assert find_references(prose) == []


def test_a_word_before_a_partial_reference_is_not_its_group():
    [(start, end, symbol)] = find_references("see 14/7 add 3 more")
    assert (start, end, symbol) == (4, 8, Symbol(None, 14, "", 7))


@pytest.mark.parametrize(
    "piece",
    ["A-", "1/", "14/7(Rev.1)", "14/7 rev ", "doc ", "A", "(rev", "WG-WSIS ", "0", "14/7(r1,r1,r1", "\u200f"],
)
def test_the_time_to_read_a_text_grows_with_its_length_only(piece):
    def seconds(length):
        text = (piece * length)[:length]
        began = time.process_time()
        find_references(text)
        return time.process_time() - began

    # A quadratic pattern would take 256 times as long; the floor keeps a busy machine from mattering.
    assert seconds(160_000) < 80 * max(seconds(10_000), 0.02)


@given(whole_symbols)
def test_the_address_of_a_document_leads_back_to_it(symbol):
    assert from_path(path(symbol)) == symbol.document


@pytest.mark.parametrize(
    ("symbol", "address"),
    [
        (wsis(7), "wg-wsis-14/7"),
        (wsis(3, Suffix(REV, 1), series="INF", language="en"), "wg-wsis-14/inf/3"),
        (Symbol("CWG-Internet", 11, "", 2), "cwg-internet-11/2"),
        (Symbol("C", 7, "", 21), "c07/21"),
    ],
)
def test_an_address_names_the_document_in_small_letters(symbol, address):
    assert path(symbol) == address


@pytest.mark.parametrize(
    "text",
    [
        "WG-WSIS-14/7",
        "wg-wsis 14/7",
        "wg-wsis-14/07",
        "wg-wsis-14/7-e",
        "14/7",
        "dt/2",
        "wg-internet-11/2",
        "",
    ],
)
def test_a_document_has_no_second_address(text):
    with pytest.raises(NotASymbol):
        from_path(text)


def test_a_partial_symbol_has_no_address_until_it_is_resolved():
    partial = parse("DT/2(Rev.12)")
    with pytest.raises(NotASymbol):
        path(partial)
    resolved = partial.resolved("WG-WSIS", 14)
    assert resolved == wsis(2, Suffix(REV, 12), series="DT")
    assert not resolved.is_partial
    assert path(resolved) == "wg-wsis-14/dt/2"


def test_what_a_partial_symbol_says_itself_is_kept_when_it_is_resolved():
    assert parse("11/10").resolved("WG-WSIS", 14) == wsis(10, meeting=11)
    assert parse("07/21").resolved("C", 17) == Symbol("C", "07", "", 21)


def test_documents_sort_by_meeting_series_and_number():
    ordered = [wsis(10, meeting=9), wsis(2), wsis(2, Suffix(REV, 1)), wsis(10), wsis(1, series="INF")]
    shuffled = [ordered[place] for place in (3, 0, 4, 2, 1)]
    assert sorted(shuffled, key=lambda symbol: symbol.sort_key) == ordered


def test_a_symbol_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        wsis(7).number = 8


# --- What is made of a stored revision ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "number", "language", "symbol", "place"),
    [
        ("original", 0, "", "WG-WSIS-14/7", "original"),
        ("rev", 1, "", "WG-WSIS-14/7(Rev.1)", "rev-1"),
        ("corr", 2, "fr", "WG-WSIS-14/7(Corr.2)-F", "corr-2-fr"),
        ("add", 12, "", "WG-WSIS-14/7(Add.12)", "add-12"),
    ],
)
def test_the_symbol_of_a_stored_revision_is_read_back_as_it_was(code, number, language, symbol, place):
    suffix = Suffix.of(code, number)
    assert of_revision("WG-WSIS-14/7", suffix, language) == symbol
    assert anchor(suffix, language) == place
    read = parse(symbol)
    assert (read.suffixes, read.language) == ((suffix,) if suffix else (), language or None)
    assert [one.code for one in read.suffixes] == ([code] if suffix else [])


def test_a_document_without_a_symbol_has_none_in_its_revisions_either():
    assert of_revision("", Suffix.of("corr", 1), "fr") == ""


def test_a_change_that_is_not_registered_yet_has_no_number():
    assert of_change("WG-WSIS-14/7", "rev") == "WG-WSIS-14/7(Rev.)"
    assert of_change("WG-WSIS-14/7", "corr") == "WG-WSIS-14/7(Corr.)"


def test_a_corrigendum_of_one_language_shows_its_letter_before_it_is_registered():
    assert of_change("WG-WSIS-14/7", "corr", "fr") == "WG-WSIS-14/7(Corr.)-F"


def test_a_symbol_in_the_name_of_a_file_names_no_folder():
    assert in_file_name("WG-WSIS-14/INF/3(Rev.1)") == "WG-WSIS-14-INF-3(Rev.1)"


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("CWG-Internet-23-2_en.docx", "CWG-Internet-23/2-E"),
        ("CWG-Internet-23-2_Rev.1_en.pdf", "CWG-Internet-23/2(Rev.1)-E"),
        ("wg-wsis-14-inf-3_Rev.2_Corr.1_fr_2.pdf", "WG-WSIS-14/INF/3(Rev.2)(Corr.1)-F"),
        ("C17-84_zh (1).docx", "C17/84-C"),
        ("WG-WSIS-14-7", "WG-WSIS-14/7"),
        ("WG-WSIS-14-7/WG-WSIS-14-7_ar.pdf", "WG-WSIS-14/7-A"),
        ("receipt_WG-WSIS-14-7.pdf", "WG-WSIS-14/7"),
        ("WG-WSIS-14-7_cover.pdf", "WG-WSIS-14/7"),
        ("ＷＧ－ＷＳＩＳ－14－7＿en．pdf", "WG-WSIS-14/7-E"),
    ],
)
def test_the_name_of_a_file_that_was_downloaded_is_its_symbol(name, symbol):
    assert str(parse(name)) == symbol


@given(
    st.builds(
        wsis, st.integers(1, 99_999), series=st.sampled_from(SERIES), meeting=st.integers(1, MAX_MEETING)
    )
)
def test_what_a_symbol_is_called_as_a_file_means_it_again(symbol):
    assert parse(in_file_name(str(symbol))) == symbol
    assert parse(f"{in_file_name(str(symbol))}_ru.docx").document == symbol


@pytest.mark.parametrize(
    "name", ["minutes-2024_en.docx", "WG-WSIS-14.docx", "WG-WSIS-14-7_de.pdf", "14-7.pdf", "7_en.pdf"]
)
def test_another_name_of_a_file_is_no_symbol(name):
    with pytest.raises(NotASymbol):
        parse(name)


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("Документ 14/7", "14/7"),
        ("документа WG-WSIS-14/7(Rev.1)", "WG-WSIS-14/7(Rev.1)"),
        ("Док. 7", "Doc. 7"),
        ("Документ № 7", "Doc. 7"),
        ("الوثيقة 14/7", "14/7"),
        ("وثيقة ٧", "Doc. 7"),
        ("الوثيقة رقم ٧", "Doc. 7"),
        ("文件 14/7", "14/7"),
        ("第７号文件", "Doc. 7"),
        ("Documento 14/7", "14/7"),
        ("DOCUMENT 14/7", "14/7"),
    ],
)  # fmt: skip
def test_the_word_for_a_document_is_understood_in_six_languages(text, symbol):
    assert str(parse(text)) == symbol
