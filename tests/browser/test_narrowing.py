"""A long list of States is narrowed in the page by the letters that the portal's own search takes for the same."""

import csv
from pathlib import Path

import pytest

from cwg.folding import fold
from cwg.members import state_names, states_file

pytestmark = pytest.mark.browser
SCRIPT = Path(__file__).parents[2] / "static" / "js" / "pick.js"
TYPED = (
    "Cote d'Ivoire", "CÔTE D’IVOIRE", "e\u0301galite\u0301", "ﬁnance", "Ｉｎｔｅｒｎｅｔ", "œuvre Łódź ß İı", "a\u00adb\u200bc",
    "a‑b−c–d", "и\u0306 Йод ё", "آلية إدارة الهيئة مُؤْتَمَرُ المنـــدوبين ٱى", "互联网",
)  # fmt: skip


def test_names_are_folded_in_the_page_as_they_are_in_the_portal(chromium):
    with states_file.STATES_CSV.open(encoding="utf-8", newline="") as file:
        names = [name for row in csv.DictReader(file) for name in row.values() if name]
    names += [name for former in state_names.former_names().values() for name in former] + list(TYPED)
    page = chromium.new_page()
    try:
        folded = page.evaluate(
            f"(names) => {{ {SCRIPT.read_text(encoding='utf-8')}; return names.map(plain); }}", names
        )
    finally:
        page.close()
    assert folded == [fold(name) for name in names]
