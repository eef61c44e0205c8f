"""My settings: my own and nobody else's; the language menu; the secret address of my calendar."""

import re

import pytest
from django.test import Client

from cwg.members.models import Person
from cwg.notices import kinds, preferences
from cwg.notices.kinds import NoticeKind
from cwg.record.models import AccessEntry
from tests.factories import accredit, make_group

pytestmark = pytest.mark.django_db
FORM = {"name": "Sara", "language": "ar", "time_zone": "Asia/Riyadh", "theme": "dark", "mails": []}


@pytest.fixture
def a_kind(monkeypatch):
    """One kind of mail that a person may switch off, on by default."""
    kind = NoticeKind("news", lambda *_: [], lambda *_: True, lambda *_: None, label="News of the Group")
    monkeypatch.setitem(kinds._kinds, "news", kind)
    return kind


def test_the_page_shows_who_i_am_and_which_roles_i_have(client_of, saudi_delegate):
    text = client_of(saudi_delegate).get("/me/").content.decode()
    for said in (saudi_delegate.email, saudi_delegate.name, "Dedicated Group", "Delegate, Saudi Arabia"):
        assert said in text


def test_a_person_without_a_role_has_settings_too(client_of, nobody):
    answer = client_of(nobody).get("/me/")
    assert answer.status_code == 200
    assert "No role at present" in answer.content.decode()


def test_settings_are_kept_with_the_person_and_on_the_device(client_of, saudi_delegate):
    client = client_of(saudi_delegate)
    answer = client.post("/me/", FORM)
    assert (answer.status_code, answer["Location"]) == (302, "/me/")
    kept = Person.objects.get(pk=saudi_delegate.pk)
    assert (kept.name, kept.language, kept.time_zone, kept.theme) == ("Sara", "ar", "Asia/Riyadh", "dark")
    assert (answer.cookies["language"].value, answer.cookies["theme"].value) == ("ar", "dark")
    assert kept.history.first().history_user == kept
    assert client.get("/me/")["Content-Language"] == "ar"
    assert AccessEntry.objects.get(act="settings_changed").subject == "name language time_zone theme"


def test_nothing_new_makes_no_history(client_of, saudi_delegate):
    client = client_of(saudi_delegate)
    client.post("/me/", FORM)
    before = saudi_delegate.history.count()
    client.post("/me/", FORM)
    assert saudi_delegate.history.count() == before


def test_an_empty_zone_and_appearance_are_the_devices(client_of, saudi_delegate):
    client = client_of(saudi_delegate)
    client.post("/me/", FORM)
    answer = client.post("/me/", FORM | {"time_zone": "", "theme": ""})
    kept = Person.objects.get(pk=saudi_delegate.pk)
    assert (kept.time_zone, kept.theme) == ("", "")
    assert answer.cookies["theme"]["max-age"] == 0


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": "A\r\nBcc: all@itu.example"},
        {"name": "n" * 151},
        {"language": "tlh"},
        {"time_zone": "../../etc/passwd"},
        {"time_zone": "Moon/Crater"},
        {"theme": "pink"},
        {"mails": ["invitation"]},
        {"mails": ["nothing"]},
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(client_of, saudi_delegate, a_kind, change):
    before = Person.objects.values().get(pk=saudi_delegate.pk)
    answer = client_of(saudi_delegate).post("/me/", FORM | change)
    assert answer.status_code == 422
    after = Person.objects.values().get(pk=saudi_delegate.pk)
    assert after | {"last_login": None} == before | {"last_login": None}
    assert not saudi_delegate.preferences.exists()


def test_posted_rights_and_other_people_are_ignored(client_of, saudi_delegate, syrian_delegate):
    smuggled = {"id": syrian_delegate.pk, "pk": syrian_delegate.pk, "is_active": "", "email": "x@x.example"}
    client_of(saudi_delegate).post("/me/", FORM | smuggled)
    kept = Person.objects.get(pk=saudi_delegate.pk)
    assert (kept.is_active, kept.email) == (True, saudi_delegate.email)
    assert Person.objects.get(pk=syrian_delegate.pk).name == syrian_delegate.name


def test_a_person_chooses_which_mails_come(client_of, saudi_delegate, a_kind):
    client = client_of(saudi_delegate)
    assert re.search(r'value="news"[^>]*checked', client.get("/me/").content.decode())
    client.post("/me/", FORM)
    assert not preferences.wants(saudi_delegate, a_kind)
    client.post("/me/", FORM | {"mails": ["news"]})
    assert preferences.wants(saudi_delegate, a_kind)


def test_a_zone_under_an_older_name_stays_until_another_is_chosen(client_of, saudi_delegate):
    Person.objects.filter(pk=saudi_delegate.pk).update(time_zone="Asia/Calcutta")
    assert client_of(saudi_delegate).post("/me/", FORM | {"time_zone": "Asia/Calcutta"}).status_code == 302


def test_the_page_asks_the_database_equally_often_for_one_role_and_for_three(
    client_of, saudi_delegate, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = client_of(saudi_delegate)
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get("/me/")
    for code in ("WG-WSIS", "CWG-Internet"):
        accredit(saudi_delegate, make_group(code), "delegate", "SAU")
    with django_assert_num_queries(len(one)):
        client.get("/me/")


# --- The calendar's address ---------------------------------------------------------------------------------------


def secret_of(person):
    return Person.objects.values_list("calendar_secret", flat=True).get(pk=person.pk)


def test_a_calendar_address_is_made_renewed_and_removed(client_of, saudi_delegate):
    client = client_of(saudi_delegate)
    assert secret_of(saudi_delegate) == ""
    client.post("/me/calendar/", {"act": "new"})
    first = secret_of(saudi_delegate)
    assert len(first) == 43
    assert f"/calendar/{first}.ics" in client.get("/me/").content.decode()
    client.post("/me/calendar/", {"act": "new"})
    second = secret_of(saudi_delegate)
    assert second not in ("", first)
    assert first not in client.get("/me/").content.decode()
    client.post("/me/calendar/", {"act": "remove"})
    assert secret_of(saudi_delegate) == ""
    acts = AccessEntry.objects.filter(act__startswith="calendar").order_by("pk")
    assert [entry.act for entry in acts] == [
        "calendar_address_made",
        "calendar_address_made",
        "calendar_address_removed",
    ]
    assert not any(first in entry.subject or second in entry.subject for entry in acts)


def test_looking_at_a_calendar_address_makes_none(client_of, saudi_delegate):
    client = client_of(saudi_delegate)
    assert client.get("/me/calendar/", {"act": "new"}).status_code == 405
    assert client.post("/me/calendar/", {"act": "something"}).status_code == 400
    assert secret_of(saudi_delegate) == ""


# --- The language menu --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("posted", "kept"), [("fr", "fr"), ("zh", "zh"), ("zh-hans", "zh"), ("ar", "ar")])
def test_the_language_menu_keeps_the_choice(client_of, saudi_delegate, posted, kept):
    client = client_of(saudi_delegate)
    answer = client.post("/language/", {"language": posted, "next": "/me/"})
    assert (answer.status_code, answer["Location"]) == (302, "/me/")
    assert Person.objects.get(pk=saudi_delegate.pk).language == kept
    assert client.get("/me/")["Content-Language"][:2] == kept


def test_before_sign_in_the_choice_is_kept_in_a_cookie(client):
    client.post("/language/", {"language": "es"})
    assert client.get("/accounts/login/")["Content-Language"] == "es"


@pytest.mark.parametrize(
    "evil",
    [
        "//evil.example/",
        "https://evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:evil",
        "%2f%2fevil",
    ],
)
def test_the_language_menu_stays_here(client, evil):
    assert client.post("/language/", {"language": "fr", "next": evil})["Location"] == "/"


def test_the_language_menu_changes_nothing_by_get_and_knows_six_languages(client_of, saudi_delegate):
    client = client_of(saudi_delegate)
    assert client.get("/language/", {"language": "fr"}).status_code == 405
    assert client.post("/language/", {"language": "tlh"}).status_code == 400
    assert client.post("/language/").status_code == 400
    assert Person.objects.get(pk=saudi_delegate.pk).language == "en"


@pytest.mark.parametrize("path", ["/me/", "/me/calendar/"])
def test_settings_ask_to_sign_in(client, path):
    assert client.get("/me/")["Location"].startswith("/accounts/login/")
    assert client.post(path)["Location"].startswith("/accounts/login/")
    # What was typed is in the answer, since nobody can tell whose it is.
    answer = client.post(path, FORM)
    assert answer.status_code == 403
    assert 'href="/accounts/login/"' in answer.content.decode()


@pytest.mark.parametrize("path", ["/me/", "/me/calendar/", "/language/"])
def test_foreign_forms_are_refused(saudi_delegate, path):
    client = Client(enforce_csrf_checks=True)
    client.force_login(saudi_delegate)
    assert client.post(path, FORM | {"act": "new"}).status_code == 403
    assert Person.objects.get(pk=saudi_delegate.pk).language == "en"
