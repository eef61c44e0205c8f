"""A long form is read as Django reads a short one."""

import random
import tracemalloc

import pytest
from django.core.exceptions import TooManyFieldsSent
from django.http import QueryDict

from cwg.operations import long_forms

PIECES = [
    b"%",
    b"%4",
    b"%41",
    b"%c3%A9",
    b"%D8%A7",
    b"%ff",
    b"%zz",
    b"a",
    b"+",
    b"=",
    b"&",
    b"\xc3\xa9",
    b"%00",
    b"%26",
    b"%2B",
]


@pytest.mark.parametrize("seed", range(50))
def test_the_words_are_those_that_django_reads(seed):
    chosen = random.Random(seed)
    body = b"".join(chosen.choices(PIECES, k=chosen.randrange(40)))
    assert long_forms.words_in(body) == QueryDict(body), body


def test_bytes_of_no_utf_8_are_read_as_django_reads_them():
    assert long_forms.words_in(b"a=\xe9%e9") == QueryDict(b"a=\xe9%e9")


def test_there_are_no_more_fields_than_elsewhere(settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 3
    assert len(long_forms.words_in(b"a=1&b=2&c=3")) == 3
    with pytest.raises(TooManyFieldsSent):
        long_forms.words_in(b"a=1&b=2&c=3&d=4")


def test_what_was_read_is_not_changed_by_accident():
    with pytest.raises(AttributeError):
        long_forms.words_in(b"a=1")["a"] = "2"


@pytest.mark.parametrize("piece", [b"%", b"%41", b"%41ab", b"%D8%A7", b"%zz"])
def test_however_it_is_written_it_takes_a_few_times_its_length(piece):
    body = b"a=" + piece * (256 * 1024 // len(piece))
    tracemalloc.start()
    try:
        long_forms.words_in(body)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 12 * len(body)  # 60 to 180 times, in the standard library
