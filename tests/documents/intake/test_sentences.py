import pathlib
import re

import pytest
from django.utils.functional import Promise

from cwg.documents.intake.findings import Finding, Inspection, info, refuse
from cwg.documents.intake.sentences import KINDS, READERS, SENTENCES

SOURCE = pathlib.Path(__file__).parents[3] / "cwg" / "documents" / "intake"
CODE = re.compile(r"(?:Refused|refuse|warn|info|_refusal)\(\s*\"(\w+)\"| else \"(pdf_\w+)\"")


def codes_in_use():
    found = set()
    for module in SOURCE.glob("*.py"):
        found.update(filter(None, sum(CODE.findall(module.read_text()), ())))
    return found


def test_every_code_that_a_check_gives_has_a_sentence():
    assert codes_in_use()
    assert codes_in_use() - set(SENTENCES) == set()


def test_every_sentence_belongs_to_a_code_in_use():
    # Said by the scanner's caller, through Inspection.with_refusal; and how a child comes to its end (`timeout` is also
    # said of a PDF that asks for too much).
    assert set(SENTENCES) - codes_in_use() == {"infected", "memory", "crashed"}


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_every_sentence_can_be_said_even_from_data_of_an_earlier_version(code):
    for data in ({}, {"count": 2, "names": ["a", "b"], "part": "x", "found": "html", "size": 5, "limit": 7}):
        said = Finding(code, "info", data).sentence()
        assert said.endswith(".")
        assert "%(" not in said


@pytest.mark.parametrize("template", [*SENTENCES.values(), *KINDS.values()])
def test_every_sentence_can_be_translated(template):
    assert isinstance(template, Promise)


ADVICE = re.compile(r"\b(remove|embed|export|save|upload|replace|unless|instead)\b", re.IGNORECASE)
TOLD = re.compile(r"\b(?:warn|info)\(\s*\"(\w+)\"")


def codes_told():
    return {code for module in SOURCE.glob("*.py") for code in TOLD.findall(module.read_text())}


def test_readers_are_told_facts_and_given_no_advice_of_the_sender():
    assert ADVICE.search(Finding("pdf_embedded_files", "warn").sentence())
    for code in codes_told():
        for data in ({}, {"count": 2, "names": ["a", "b"], "part": "x", "target": "y"}):
            said = Finding(code, "warn", data).sentence_for_readers()
            assert not ADVICE.search(said), code
            assert said.endswith(".") or READERS.get(code, "") is None, code


def test_every_sentence_for_readers_belongs_to_a_code_in_use():
    assert set(READERS) - codes_told() == {"pdf_launch"}, "told by release 0.2.0, and kept with its files"


def test_a_code_of_another_version_still_gives_a_sentence():
    assert Finding("brand_new", "refuse").sentence() == "The file was not taken (brand_new)."


def test_numbers_names_and_limits_are_said():
    assert "1 tracked change." in info("tracked_changes", count=1).sentence()
    assert "3 tracked changes." in info("tracked_changes", count=3).sentence()
    assert "Ann, Bob" in info("authors", names=["Ann", "Bob"]).sentence()
    assert "50.1 MB; at most 50 MB" in refuse("too_large", size=50 * 2**20 + 1, limit=50 * 2**20).sentence()
    assert "(.doc)" in refuse("not_docx_or_pdf", found="doc").sentence()


def test_percent_signs_and_controls_in_a_hostile_part_name_do_no_harm():
    said = refuse("zip_bad_name", part="%(x)s%s\r\n\u202e" + "y" * 500).sentence()
    assert "%(x)s%s" in said
    assert "\n" not in said and "\u202e" not in said and len(said) < 400


def test_one_more_refusal_can_be_added_by_a_caller():
    found = Inspection(size=3).with_refusal("infected", name="Eicar-Signature")
    assert not found.accepted
    assert "Eicar-Signature" in found.refusals[0].sentence()


OF_WORD = sorted(code for code in SENTENCES if code.startswith(("docx_", "zip_", "xml_")))


@pytest.mark.parametrize("code", OF_WORD)
def test_a_refusal_of_a_word_file_ends_with_a_way_out_that_word_shows(code):
    said = refuse(code, part="word/a.bin", target="x", limit=5, count=6, found="zip").sentence()
    assert "as a PDF" in said or said.endswith("upload it again.")
    # A tab that Word hides until somebody finds the setting.
    assert "Developer" not in said
