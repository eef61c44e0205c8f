"""HTML says what the blocks say, in real headings, lists and tables, and makes nothing of what a person typed."""

import html5lib
import pytest
from hypothesis import given

from cwg.texts.html_out import inline, to_html
from cwg.texts.references import itself
from cwg.texts.tree import (
    UNDETERMINED,
    Block,
    Kind,
    Run,
    Style,
    Text,
    heading,
    items,
    pair,
    paragraph,
    row,
    runs_of,
    title,
)
from tests.texts.strategies import texts

HOSTILE = "<script>alert(1)</script> \"onload='x'\" &amp; {{ 7*7 }} javascript:alert(1)"
HASH = "0123456789abcdef" * 4


def parsed(markup):
    """The markup as a tree; html5lib's strict parser refuses what is not valid."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False, strict=True)
    return parser.parseFragment(markup)


def tags(markup) -> list[str]:
    return [element.tag for element in parsed(markup).iter() if isinstance(element.tag, str)][1:]


def html(*blocks: Block, language: str = "en", **more) -> str:
    return to_html(Text("T", language, blocks), **more)


def test_the_page_says_what_the_blocks_say():
    markup = html(
        title("Report"),
        heading(1, "Introduction", numbered=True),
        paragraph("The Group met in Geneva.\nIt had sixty delegates.", fixed="1.1"),
        *items(["spam"]),
    )
    assert markup == (
        '<article class="text" lang="en" dir="ltr"><h1 class="text-title">Report</h1>'
        '<h2 class="text-heading"><span class="text-number">1</span> Introduction</h2>'
        '<p class="text-paragraph"><span class="text-number">1.1</span> '
        "The Group met in Geneva.<br>It had sixty delegates.</p>"
        '<ul class="text-items" role="list"><li><span class="text-number">•</span> spam</li></ul></article>'
    )


@pytest.mark.parametrize(
    ("start", "with_title", "expected"),
    [(1, True, ["h1", "h2", "h3"]), (2, True, ["h2", "h3", "h4"]), (2, False, ["h2", "h3"]), (6, True, ["h6"] * 3)],
)  # fmt: skip
def test_headings_begin_at_the_level_the_page_asks_for(start, with_title, expected):
    blocks = [heading(1, "a"), heading(2, "b")]
    markup = html(*([title("T"), *blocks] if with_title else blocks), start_level=start)
    assert [tag for tag in tags(markup) if tag.startswith("h")] == expected


def test_items_of_a_deeper_level_stand_inside_the_one_they_follow():
    deeper = Block(kind=Kind.ITEM, style=Style.LETTER, level=2, runs=runs_of("below"))
    markup = html(*items(["first"]), deeper, *items(["second"]))
    assert tags(markup) == ["article", "ul", "li", "span", "ul", "li", "span", "li", "span"]


def test_rows_are_a_table_whose_head_names_the_columns():
    markup = html(row("Member", "Answer", head=True), row("Syria", "yes"), row("Next", head=True), row("x"))
    assert tags(markup) == [
        "article", "div", "table", "thead", "tr", "th", "th", "tbody", "tr", "td", "td",
        "div", "table", "thead", "tr", "th", "tbody", "tr", "td",
    ]  # fmt: skip
    assert '<th scope="col">Member</th>' in markup


def test_pairs_are_a_list_of_labels_and_values():
    markup = html(pair("Source", "France"), pair("Symbol", "WG-WSIS-14/7"))
    assert (
        '<dl class="facts"><div><dt>Source</dt><dd>France</dd></div>'
        "<div><dt>Symbol</dt><dd>WG-WSIS-14/7</dd></div></dl>" in markup
    )


def test_marks_cross_in_order():
    assert inline((Run("a", "biu"),)) == "<u><em><strong>a</strong></em></u>"


def test_a_footnote_stands_at_the_end_and_leads_back():
    markup = html(paragraph((Run("Said"), Run(note=(Run("by "), Run("whom", "i"))))))
    assert '<sup><a id="note-1-from" href="#note-1" role="doc-noteref">1</a></sup>' in markup
    assert '<li id="note-1">by <em>whom</em> <a href="#note-1-from" role="doc-backlink">↩</a></li>' in markup


def test_a_run_that_points_to_a_block_prints_its_number():
    markup = html(heading(1, "x", id="intro", numbered=True), paragraph(Run(to="intro")))
    assert '<h1 class="text-heading" id="intro">' in markup and '<a href="#intro">1</a>' in markup


def test_without_anchors_nothing_has_an_identity_in_the_page():
    blocks = heading(1, "x", id="intro", numbered=True), paragraph((Run(to="intro"), Run(note=(Run("n"),))))
    markup = html(*blocks, anchors=False)
    assert "id=" not in markup and "href" not in markup and "<sup>1</sup>" in markup


def test_the_language_and_direction_of_a_block_are_its_own():
    markup = html(
        paragraph("text"), paragraph("نص", language="ar"), paragraph("typed", language=UNDETERMINED)
    )
    assert '<p class="text-paragraph">text' in markup
    assert '<p class="text-paragraph" lang="ar" dir="rtl">' in markup
    assert '<p class="text-paragraph" dir="auto">' in markup
    assert html(paragraph("نص"), language="ar").startswith('<article class="text" lang="ar" dir="rtl">')


def test_runs_of_one_moment_are_one_time_and_its_zone_stays_apart():
    named = "2009-02-11T08:00:00Z"
    shown = inline(
        (Run("09:00 ", moment=named), Run("CET", moment=named), Run("\n"), Run("08:00", moment=named))
    )
    assert shown == (
        f'<time class="instant" datetime="{named}">09:00 <bdi class="instant-zone">CET</bdi></time><br>'
        f'<time class="instant" datetime="{named}">08:00</time>'
    )


def test_a_symbol_is_linked_and_never_translated_or_turned_round():
    run = Run("WG-WSIS-14/7", reference="WG-WSIS-14/7")
    assert inline((run,)) == '<bdi dir="ltr" translate="no">WG-WSIS-14/7</bdi>'
    linked = inline((run,), address_of=lambda reference: f"/documents/{reference}/")
    assert linked.startswith('<a href="/documents/WG-WSIS-14/7/"><bdi')
    other = inline((Run("the paper", reference="WG-WSIS-14/7"),), address_of=lambda reference: "/x/")
    assert other == '<a href="/x/">the paper</a>'


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "JavaScript:x", " javascript:x", "data:text/html,x", "//evil.example", "/\\evil", "x"],
)  # fmt: skip
def test_an_address_that_is_none_of_the_web_is_only_text(address):
    assert "href" not in inline((Run("x", reference=address),), address_of=itself)
    assert "href" in inline((Run("x", reference="https://a.example"),), address_of=itself)


def test_hostile_text_is_only_text():
    said = Run(HOSTILE, "biu", reference=HOSTILE)
    markup = html(
        title(HOSTILE), heading(1, HOSTILE, fixed=HOSTILE), paragraph((said, Run(note=(said,)))),
        *items([HOSTILE]), row(HOSTILE), pair(HOSTILE, HOSTILE), address_of=itself,
    )  # fmt: skip
    assert "script" not in tags(markup) and "href" not in markup.replace("#note", "").replace('href="-1', "")
    assert "".join(parsed(markup).itertext()).count(HOSTILE) == 9


def test_a_digest_is_set_so_that_it_may_break():
    assert inline((Run(f"SHA-256 {HASH}."),)) == f'SHA-256 <code class="file-hash">{HASH}</code>.'


@given(texts())
def test_every_text_is_valid_and_says_all_its_words(text):
    said = "".join(parsed(to_html(text)).itertext())
    for run in text.all_runs():
        for line in run.text.split("\n"):
            assert line in said


def test_blocks_of_all_kinds_have_their_class():
    kinds = (Kind.ANNEX, Kind.SIGNATURE)
    markup = html(*(Block(kind=kind, runs=runs_of("x")) for kind in kinds))
    assert '<h1 class="text-annex"><span class="text-number">Annex 1</span> x</h1>' in markup
    assert '<p class="text-signature">x</p>' in markup
