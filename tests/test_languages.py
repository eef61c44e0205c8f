"""The six languages: written once, the same for Django and for the register."""

import pytest
from django.conf import settings
from django.utils import translation

from cwg.documents import intake
from cwg.documents.symbol_patterns import LETTER_OF_LANGUAGE
from cwg.languages import (
    LANGUAGE_CODES,
    LANGUAGES,
    RIGHT_TO_LEFT,
    catalogue,
    current_language,
    offered,
    spoken,
)
from cwg.texts import docx_out, pdf_out


def test_they_are_the_settings_languages_in_the_same_order():
    assert [catalogue(code) for code in LANGUAGE_CODES] == [code for code, _ in settings.LANGUAGES]
    assert set(LETTER_OF_LANGUAGE) == set(LANGUAGE_CODES) == {code for code, _ in LANGUAGES}


@pytest.mark.parametrize("code", LANGUAGE_CODES)
def test_the_direction_is_the_one_django_writes_pages_in(code):
    with translation.override(catalogue(code)):
        assert translation.get_language_bidi() == (code in RIGHT_TO_LEFT)
        assert current_language() == code


def test_a_language_that_is_not_official_counts_as_english():
    with translation.override("de"):
        assert current_language() == "en"


def test_what_is_printed_is_of_the_kinds_that_are_taken_in():
    assert intake.MEDIA_TYPES[intake.PDF] == pdf_out.MEDIA_TYPE
    assert intake.MEDIA_TYPES[intake.DOCX] == docx_out.MEDIA_TYPE


def test_a_language_whose_catalogue_is_not_complete_is_not_spoken(settings):
    settings.LANGUAGES_IN_PREPARATION = []
    assert offered() == ["en"]
    assert {spoken(code) for code in LANGUAGE_CODES} == {"en"}


def test_a_translator_sees_a_language_in_preparation(settings):
    settings.LANGUAGES_IN_PREPARATION = ["zh", "ar", "de"]
    assert offered() == ["ar", "zh", "en"]
    assert (spoken("zh"), spoken("ar"), spoken("fr"), spoken("de")) == ("zh-hans", "ar", "en", "en")


@pytest.mark.django_db
def test_no_page_is_half_in_a_language_that_is_not_offered(settings, client_of, saudi_delegate):
    saudi_delegate.language = "ar"
    saudi_delegate.save()
    assert '<html lang="ar" dir="rtl"' in client_of(saudi_delegate).get("/me/").content.decode()
    settings.LANGUAGES_IN_PREPARATION = []
    page = client_of(saudi_delegate).get("/me/").content.decode()
    assert '<html lang="en" dir="ltr"' in page
    assert "Pages and mails are ready in: English" in page
    # The choice stays: documents are offered in it.
    assert '<option value="ar" selected>' in page
    assert 'name="language" value="ar"' not in page


@pytest.mark.django_db
def test_a_visitor_whose_browser_wants_a_language_that_is_not_offered_reads_english(settings, client):
    settings.LANGUAGES_IN_PREPARATION = []
    client.cookies["language"] = "fr"
    page = client.get("/accounts/login/", headers={"accept-language": "ar"}).content.decode()
    assert '<html lang="en"' in page
