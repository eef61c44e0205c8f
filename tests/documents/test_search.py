"""Finding documents: in six languages, however it is typed, before and after they are indexed; best first; and why."""

import itertools
import unicodedata
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cwg.documents import search, search_index
from cwg.documents.models import Document, Passage, ToIndex
from cwg.members.models import MemberState
from tests import factories

pytestmark = pytest.mark.django_db
_number = itertools.count()


@pytest.fixture
def dg_2(held, dg):
    return factories.make_register(dg, opens_at=held.at + timedelta(days=10))


@pytest.fixture
def client(client_of, saudi_delegate):
    return client_of(saudi_delegate)


def line(language: str, text: str):
    """Of bytes of its own: the test's PDF has Latin letters only."""
    return factories.version_line(language, f"{text}\n\nq{next(_number)}")


def rows_of(client, typed: str, **params):
    response = client.get("/documents/", {"q": typed, **params})
    assert response.status_code == 200
    return response.context["rows"]


def found(client, typed: str, **params) -> list[str]:
    return [row.symbol for row in rows_of(client, typed, **params)]


# --- What is found --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "text", "typed"),
    [
        ("fr", "L’accès universel à l’Internet, un œuvre commun", "acces universel"),
        ("fr", "L’accès universel à l’Internet, un œuvre commun", "l'accès oeuvre"),
        ("fr", "Rôle des États‑Membres", "etats-membres"),
        ("fr", unicodedata.normalize("NFD", "Égalité d'accès"), "Égalité"),
        ("en", "A multi\u00adstakeholder ap\u200bproach", "multistakeholder approach"),
        ("en", "The multi-stakeholder approach", "multistakeholder"),
        ("en", "As said in document CWG-Internet-23/2, paragraph 4", "cwg-internet-23/2"),
        ("ar", "السياسات العامة المتعلقة بالإنترنت", "الانترنت"),
        ("ar", "السياسات العامة المتعلقة بالإنترنت", "انترنت سياسات"),
        ("ar", "مُؤْتَمَرُ المنـــدوبين المفوّضين", "مؤتمر المندوبين"),
        ("ar", "آلية إدارة الهيئة ٢٣/٢", "الية هيئه 23/2"),
        ("ru", "Совещание ещё не завершено, российский вклад", "еще российский"),
        ("zh", "国际互联网公共政策问题", "互联网"),
        ("zh", "国际互联网公共政策问题", "公共政策 国际"),
        ("zh", "国际互联网公共政策问题", "策"),
        ("zh", "第５届会议，Ｉｎｔｅｒｎｅｔ 治理", "internet 治理"),
        ("es", "Señalización y acción común", "senalizacion accion"),
        ("en", "About the Internet and its use", '"internet and its"'),
        ("en", "About the Internet and its use", "“THE INTERNET”"),
    ],
)
def test_a_text_is_found_however_it_is_typed(client, dg_2, language, text, typed):
    factories.make_document(dg_2, "One", versions=(line(language, text),))
    factories.make_document(dg_2, "Another", versions=(line(language, "x"),))
    search_index.index_changed()
    (row,) = rows_of(client, typed)
    assert row.symbol == "DG-2/1"
    assert "<mark>" in row.why.excerpt


@pytest.mark.parametrize(
    "typed", ['"use of the Internet"', "holder", "互网", "nternet", "23/21", "% _", '"', "الانترنيت"]
)
def test_what_no_text_has_is_not_found(client, dg_2, typed):
    text = "About the Internet, its use, stakeholders, 互联网, 23/2, بالإنترنت"
    factories.make_document(dg_2, "One", versions=(line("en", text),))
    search_index.index_changed()
    assert found(client, "stakeholders 互联 23/2") == ["DG-2/1"]
    assert found(client, typed) == []


def test_what_was_just_registered_is_found_before_it_is_indexed(client, dg_2):
    factories.make_document(dg_2, "Égalité d’accès", versions=(line("en", "About phishing"),))
    assert ToIndex.objects.exists() and not Passage.objects.exists()
    for typed in ("egalite d'acces", "phishing", "arabie phishing egal", "DG-2/1"):
        assert found(client, typed) == ["DG-2/1"], typed
    assert found(client, "spam") == []
    search_index.index_changed()
    assert not ToIndex.objects.exists()
    for typed in ("egalite d'acces", "phishing", "arabie phishing egal", "DG-2/1"):
        assert found(client, typed) == ["DG-2/1"], typed


def test_more_than_are_folded_one_by_one_are_found_as_well(client, dg_2, monkeypatch):
    monkeypatch.setattr(search, "MOST_FOLDED", 0)
    factories.make_document(dg_2, "On spam", versions=(line("en", "About phishing"),))
    assert found(client, "spam phishing") == ["DG-2/1"]


def test_all_are_found_by_what_the_index_has_while_it_is_made_anew(client, dg_2, monkeypatch):
    factories.make_document(dg_2, "One", versions=(line("en", "About phishing"),))
    search_index.index_changed()
    assert search_index.index_all_anew() == ToIndex.objects.count() == 1
    for most in (200, 0):
        monkeypatch.setattr(search, "MOST_FOLDED", most)
        with CaptureQueriesContext(connection) as asked:
            (row,) = rows_of(client, "phishing")
        assert row.why.excerpt.startswith("About <mark>phishing</mark>")
        assert not any("LIKE" in each["sql"] for each in asked), "the texts were read"


def test_of_many_words_the_longest_are_read_for_in_what_is_not_indexed(client, dg_2, monkeypatch):
    factories.make_document(dg_2, "One", versions=(line("en", "Phishing and malware, spam"),))
    factories.make_document(dg_2, "Two", versions=(line("en", "Phishing and malware"),))
    assert found(client, "spam phishing malware") == ["DG-2/1"]
    with CaptureQueriesContext(connection) as few:
        found(client, "phishing malware")
    monkeypatch.setattr(search, "MOST_FOLDED", 0)
    with CaptureQueriesContext(connection) as many:
        assert set(found(client, "spam phishing malware")) == {"DG-2/1", "DG-2/2"}
    looks = [sum(each["sql"].count("LIKE") for each in asked) for asked in (few, many)]
    assert looks[0] == looks[1] > 0
    monkeypatch.undo()
    search_index.index_changed()
    assert found(client, "spam phishing malware") == ["DG-2/1"]


def test_a_state_is_found_by_each_of_its_names(client, dg_2):
    turkey = factories.make_state("TUR")
    printed = factories.SourceLine("state", "Turkey", state_id=turkey.pk, is_lead=True)
    factories.make_document(dg_2, "One", sources=(printed,))
    factories.make_document(dg_2, "Two", sources=(factories.state_source("TUR"),))
    factories.make_document(dg_2, "Three")
    search_index.index_changed()
    for typed in ("Turkey", "türkiye", "Turquie", "Турция", "تركيا", "土耳其"):
        assert found(client, typed) == ["DG-2/2", "DG-2/1"], typed
    rows = {row.symbol: row.why for row in rows_of(client, "türkiye")}
    assert rows["DG-2/1"].excerpt == "Turkey is also known as <mark>Türkiye</mark>"
    assert rows["DG-2/2"].source == "<mark>Türkiye</mark>"


def test_a_state_that_is_renamed_is_found_by_both_names_at_once(client, dg_2):
    factories.make_document(dg_2)
    search_index.index_changed()
    assert found(client, "Saudi Arabia") == ["DG-2/1"] and found(client, "Hejaz") == []
    state = MemberState.objects.get(iso3="SAU")
    state.short_en = "Kingdom of Hejaz"
    state.save()
    assert found(client, "Hejaz") == ["DG-2/1"] and found(client, "Saudi Arabia") == ["DG-2/1"]
    state.short_en = "Kingdom of Nejd"
    state.save()
    assert found(client, "Hejaz") == found(client, "Nejd") == ["DG-2/1"]


# --- Order ----------------------------------------------------------------------------------------------------------


def test_the_symbol_comes_first_then_titles_then_texts_and_the_latest_of_each(client, dg_2, held):
    texts = ["On spam", "Other", "More on spam", "Summary", "DG-2/2 and spam"]
    for title in texts:
        said = "About spam" if title == "Other" else "Nothing"
        factories.make_document(
            dg_2, title, summary="Of spam" if title == "Summary" else "", versions=(line("en", said),)
        )
        held.forward(minutes=1)
    search_index.index_changed()
    assert found(client, "spam") == ["DG-2/5", "DG-2/3", "DG-2/1", "DG-2/4", "DG-2/2"]
    assert found(client, "DG-2/2") == ["DG-2/2", "DG-2/5"]
    assert found(client, "spam", sort="time") == ["DG-2/5", "DG-2/4", "DG-2/3", "DG-2/2", "DG-2/1"]
    assert found(client, "spam", sort="symbol")[0] == "DG-2/1"


def test_filters_narrow_what_was_found(client, dg_2, client_of):
    factories.make_document(dg_2, "On spam", versions=(line("fr", "Un"),))
    factories.make_document(dg_2, "Again spam", sources=(factories.state_source("SYR"),))
    search_index.index_changed()
    assert len(found(client, "spam")) == 2
    assert found(client, "spam", source="SYR") == ["DG-2/2"]
    assert found(client, "spam", language="fr") == ["DG-2/1"]


# --- Why ------------------------------------------------------------------------------------------------------------


def test_a_row_shows_what_was_found_in_the_words_of_the_text(client, dg_2):
    text = f"{'First words. ' * 60}\nL’accès <b>universel</b> à l’Internet. {'Last words. ' * 60}"
    factories.make_document(dg_2, "Un rôle", versions=(line("fr", text),))
    search_index.index_changed()
    (row,) = rows_of(client, "role acces")
    assert row.why.heading == "Un <mark>rôle</mark>"
    assert "L’<mark>accès</mark> &lt;b&gt;universel&lt;/b&gt; à l’Internet." in row.why.excerpt
    assert row.why.excerpt.startswith("… ") and row.why.excerpt.endswith(" …") and len(row.why.excerpt) < 400
    assert row.why.language == "fr"
    content = client.get("/documents/", {"q": "role acces"}).content.decode()
    assert 'lang="fr" dir="auto">… ' in content and "<b>universel" not in content


def test_the_text_in_the_readers_language_is_shown(client, dg_2):
    texts = (line("en", "The Internet in English"), line("es", "El Internet en español"))
    factories.make_document(dg_2, versions=texts)
    search_index.index_changed()
    assert rows_of(client, "internet")[0].why.language == "en"
    assert rows_of(client, "internet español")[0].why.language == "es"


def test_a_word_at_the_end_of_a_long_text_is_found_and_shown(client, dg_2):
    text = " ".join(f"word{number}" for number in range(60_000)) + " and the needle in the hay"
    factories.make_document(dg_2, versions=(line("en", text),))
    search_index.index_changed()
    assert Passage.objects.filter(part=Passage.Part.TEXT).count() > 40
    (row,) = rows_of(client, '"the needle" word7 word59999')
    assert "the needle</mark> in the hay" in row.why.excerpt
    assert found(client, '"word59999 and the needle"') == ["DG-2/1"]


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("typed", "queries"), [("spam", 16), ("phishing turkey", 20)])
def test_a_search_asks_a_constant_number(client, dg_2, django_assert_num_queries, count, typed, queries):
    turkey = factories.make_state("TUR")
    printed = factories.SourceLine("state", "Turquie", state_id=turkey.pk, is_lead=True)
    for number in range(count):
        factories.make_document(
            dg_2, f"On spam {number}", sources=(printed,), versions=(line("en", f"About phishing {number}"),)
        )
    search_index.index_changed()
    assert len(found(client, typed)) == count
    with django_assert_num_queries(queries):
        client.get("/documents/", {"q": typed})


def test_a_symbol_of_no_document_finds_nothing(client, dg_2):
    factories.make_document(dg_2)
    assert found(client, "DG-2/9") == []
    assert Document.objects.count() == 1
