"""The six languages: written once, the same for Django and for the register."""

import pytest
from django.conf import settings
from django.utils import translation

from cwg.documents import intake
from cwg.documents.symbols import LETTER_OF_LANGUAGE
from cwg.languages import LANGUAGE_CODES, LANGUAGES, RIGHT_TO_LEFT, current_language
from cwg.members.middleware import CATALOGUE
from cwg.texts import docx_out, pdf_out


def test_they_are_the_settings_languages_in_the_same_order():
    assert [CATALOGUE.get(code, code) for code in LANGUAGE_CODES] == [code for code, _ in settings.LANGUAGES]
    assert set(LETTER_OF_LANGUAGE) == set(LANGUAGE_CODES) == {code for code, _ in LANGUAGES}


@pytest.mark.parametrize("code", LANGUAGE_CODES)
def test_the_direction_is_the_one_django_writes_pages_in(code):
    with translation.override(CATALOGUE.get(code, code)):
        assert translation.get_language_bidi() == (code in RIGHT_TO_LEFT)
        assert current_language() == code


def test_a_language_that_is_not_official_counts_as_english():
    with translation.override("de"):
        assert current_language() == "en"


def test_what_is_printed_is_of_the_kinds_that_are_taken_in():
    assert intake.MEDIA_TYPES[intake.PDF] == pdf_out.MEDIA_TYPE
    assert intake.MEDIA_TYPES[intake.DOCX] == docx_out.MEDIA_TYPE
