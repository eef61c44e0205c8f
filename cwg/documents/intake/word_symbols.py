"""Characters that a Word file writes as a number in a font of signs, in Unicode.

Symbol by the encoding that Adobe published with it; of Wingdings only what people put into texts.
"""

from __future__ import annotations

# 0x20-0x7E and 0xA0-0xFE of the font Symbol; a space where it has parts of large brackets only.
_SYMBOL_LOW = (
    " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"
)
_SYMBOL_HIGH = (
    "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪ 〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭"
)
_WINGDINGS = {
    **{0x21: "✏", 0x22: "✂", 0x28: "☎", 0x29: "✆", 0x2A: "✉", 0x36: "⌛", 0x4A: "☺", 0x4C: "☹", 0x6C: "●"},
    **{0x6E: "■", 0x6F: "□", 0x71: "❑", 0x72: "❒", 0x75: "◆", 0x76: "❖", 0x9F: "•", 0xA1: "○", 0xA7: "▪"},
    **{0xA8: "◻", 0xAB: "★", 0xD8: "➢", 0xDC: "➲", 0xDF: "←", 0xE0: "→", 0xE1: "↑", 0xE2: "↓", 0xE8: "➔"},
    **{0xF0: "⇨", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑"},
}
_WINGDINGS_2 = {0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x96: "•", 0xA3: "☐"}


def symbol(font: str, code: str) -> str:
    """The character of `w:sym`: `font` by name, `code` in hexadecimal. `""` where the code is none."""
    try:
        number = int(code, 16)
    except ValueError:
        return ""
    # Fonts of signs keep theirs in the private use area, at F000 and on.
    place = number - 0xF000 if 0xF000 <= number <= 0xF0FF else number
    known = ""
    name = font.strip().lower()
    if name == "symbol":
        if 0x20 <= place <= 0x7E:
            known = _SYMBOL_LOW[place - 0x20]
        elif 0xA0 <= place <= 0xFE:
            known = _SYMBOL_HIGH[place - 0xA0]
    elif name == "wingdings":
        known = _WINGDINGS.get(place, "")
    elif name == "wingdings 2":
        known = _WINGDINGS_2.get(place, "")
    if known.strip():
        return known
    return chr(number) if 0x20 <= number <= 0xFFFF and not 0xD800 <= number <= 0xDFFF else ""
