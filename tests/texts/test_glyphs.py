"""What the shipped fonts can show is read from the fonts, and Typst agrees with it."""

import json

import pytest
import typst

from cwg.texts import glyphs


def prints(characters: str) -> bool:
    """Whether Typst sets each of them, in regular and bold, in a file that may lack none."""
    try:
        typst.compile(
            b'#set document(title: "-")\n#set text(font: ("Noto Sans", "Amiri"))\n'
            b"#for c in json(bytes(sys.inputs.data)) [#c #strong(c) #emph(c) ]",
            format="pdf",
            font_paths=glyphs.typst_fonts(),
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(list(characters), ensure_ascii=False)},
            timestamp=0,
            pdf_standards=["ua-1"],
        )
    except typst.TypstError:
        return False
    return True


def test_the_six_languages_that_have_fonts_here_can_be_shown():
    for sample in (
        "Contribution",
        "Réponse à l’œuvre",
        "Вклад Ёё",
        "Contribución ñ ¿",
        "مساهمة المملكة ٢٠٠٩",
    ):
        assert glyphs.missing(sample) == []


def test_every_character_said_to_be_there_is_printed_by_typst():
    characters = "".join(chr(code) for family in glyphs._families().values() for code in sorted(family))
    assert len(characters) > 4000
    printable = "".join(c for c in characters if ord(c) >= 32)
    for start in range(0, len(printable), 1000):
        assert prints(printable[start : start + 1000])


def test_what_steers_and_has_no_shape_needs_no_font():
    shapeless = "".join(sorted(glyphs._SHAPELESS - set("\n\t\u2028\u2029")))
    assert glyphs.missing(shapeless) == [] and prints(shapeless)


@pytest.mark.parametrize("character", ["𓀀", "한", "\U0001f600"])
def test_what_no_font_has_is_missing_and_typst_refuses_it(character):
    assert glyphs.missing(f"a{character}b{character}") == [character]
    assert not prints(character)
    assert glyphs.replaced(f"a{character}b") == "a\ufffdb"


@pytest.mark.parametrize("sign", ["→", "≥", "✓", "■"])
def test_signs_that_only_typst_s_own_fonts_have_can_be_shown(sign):
    assert glyphs.can_show(sign) and prints(sign)


def test_the_replacement_can_be_shown():
    assert glyphs.can_show(glyphs.REPLACEMENT)


def test_a_font_that_is_none_is_not_read_as_one(monkeypatch, tmp_path):
    (tmp_path / "Broken-Regular.ttf").write_bytes(b"\x00\x01\x00\x00\x00\x00" + b"\x00" * 10)
    monkeypatch.setattr(glyphs, "FONTS_FOLDER", tmp_path)
    glyphs.forget()
    try:
        assert not glyphs.can_show("a")
    finally:
        monkeypatch.undo()
        glyphs.forget()
