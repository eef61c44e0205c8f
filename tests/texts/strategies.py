"""Random texts: any tree that can be made, with letters that mean something to some printer."""

from hypothesis import strategies as st

from cwg.languages import LANGUAGE_CODES
from cwg.texts.tree import DEEPEST, UNDETERMINED, Block, Kind, Run, Style, Text

LETTERS = "ab *_/^[]{}|\\#$<&>\"'`@~=é中ب\u0301\u200f\n1"
words = st.text(alphabet=LETTERS, max_size=12)
marks = st.sampled_from(["", "b", "i", "u", "bi", "bu", "iu", "biu"])
languages = st.sampled_from(["", UNDETERMINED, *LANGUAGE_CODES])
plain = st.builds(Run, words, marks)
referring = st.builds(lambda text, marks, to: Run(text, marks, reference=to), words, marks, words)
dated = st.builds(lambda text: Run(text, moment="2009-02-11T08:00:00Z"), words)
footnotes = st.builds(lambda note: Run(note=tuple(note)), st.lists(plain | referring, min_size=1, max_size=2))
runs = st.lists(st.one_of(plain, referring, dated, footnotes), max_size=4).map(tuple)
fixed = st.sampled_from(["", "4 bis", "8.4.3", "A.", "b)", "12%", "<b>"])
levels = st.integers(1, DEEPEST)


@st.composite
def blocks(draw) -> Block:
    kind = draw(st.sampled_from([kind for kind in Kind if kind is not Kind.ROW]))
    more: dict = {"language": draw(languages)}
    if kind in (Kind.HEADING, Kind.PARAGRAPH):
        numbered = draw(st.booleans())
        more |= {"level": draw(levels), "numbered": numbered, "fixed": draw(fixed) if numbered else ""}
    elif kind is Kind.ITEM:
        more |= {"level": draw(levels), "style": draw(st.sampled_from(list(Style))), "fixed": draw(fixed)}
    elif kind is Kind.ANNEX:
        more |= {"fixed": draw(fixed)}
    if kind is Kind.PAIR:
        more["cells"] = (draw(runs), draw(runs))
    else:
        more["runs"] = draw(runs)
    return Block(kind=kind, **more)


@st.composite
def tables(draw) -> list[Block]:
    columns = draw(st.integers(1, 3))
    rows = draw(st.lists(st.lists(runs, min_size=columns, max_size=columns), min_size=1, max_size=3))
    heads = draw(st.integers(0, 1))
    return [Block(kind=Kind.ROW, cells=tuple(cells), head=place < heads) for place, cells in enumerate(rows)]


@st.composite
def texts(draw) -> Text:
    """With identities on some blocks, and a run that points to one of them."""
    parts = draw(st.lists(st.one_of(blocks().map(lambda block: [block]), tables()), max_size=6))
    made: list[Block] = []
    for part in parts:
        if made and made[-1].kind is Kind.ROW and part[0].kind is Kind.ROW:
            made.append(Block(kind=Kind.PARAGRAPH))  # two tables of other widths do not touch
        made += part
    named = [
        Block(**{name: getattr(block, name) for name in Block.__slots__} | {"id": f"b{place}"})
        if draw(st.booleans())
        else block
        for place, block in enumerate(made)
    ]
    identities = [block.id for block in named if block.id]
    if identities:
        named.append(Block(kind=Kind.PARAGRAPH, runs=(Run(to=draw(st.sampled_from(identities))),)))
    return Text("T" + draw(words), draw(st.sampled_from(LANGUAGE_CODES)), tuple(named))
