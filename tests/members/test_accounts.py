"""Sign-in, sign-out and new passwords: the same answer for everybody. Guessing: test_guessing.py."""

from urllib.parse import urlsplit

import pytest
from django.conf import settings as portal_settings
from django.core.management import call_command
from django.test import Client
from django.urls import NoReverseMatch, reverse

from cwg.members import account_care, accounts
from cwg.notices.models import Event, Notice
from cwg.record.models import AccessEntry
from tests.factories import PASSWORD, make_person
from tests.members.door import LOGIN, sign_in, signed_in, without_its_own_words

pytestmark = pytest.mark.django_db

# --- Signing in ---------------------------------------------------------------------------------------------------


def test_a_person_signs_in_by_address_in_any_case(client, saudi_delegate):
    answer = sign_in(client, saudi_delegate.email.upper())
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert signed_in(client)
    entry = AccessEntry.objects.get(act="signed_in")
    assert (entry.person_id, entry.address) == (saudi_delegate.pk, "127.0.0.1")


def test_a_device_takes_over_the_persons_language_and_appearance(client):
    make_person("reader@x.example", language="ru", theme="dark")
    answer = sign_in(client, "reader@x.example")
    assert (answer.cookies["language"].value, answer.cookies["theme"].value) == ("ru", "dark")


def test_who_signed_in_is_not_told_so(client, saudi_delegate):
    answer = sign_in(client, saudi_delegate.email)
    page = client.get(answer["Location"]).content.decode()
    assert "Sign out" in page and "uccessfully" not in page


def test_known_and_unknown_addresses_get_the_same_answer_at_sign_in(client, saudi_delegate):
    known = sign_in(Client(), saudi_delegate.email, "wrong password")
    unknown = sign_in(Client(), "nobody@x.example", "wrong password")
    assert known.status_code == unknown.status_code
    assert without_its_own_words(known, saudi_delegate.email) == without_its_own_words(
        unknown, "nobody@x.example"
    )


def test_failed_attempts_are_logged_without_the_addresses_of_strangers(client, saudi_delegate):
    sign_in(client, saudi_delegate.email, "wrong password")
    sign_in(client, "stranger@x.example", "wrong password")
    entries = AccessEntry.objects.filter(act="sign_in_failed").order_by("pk")
    assert [entry.person_id for entry in entries] == [saudi_delegate.pk, None]
    assert not any("@" in entry.subject for entry in entries)


def test_a_closed_account_does_not_sign_in(client, saudi_delegate, administrator, now):
    account_care.disable(saudi_delegate, actor=administrator, at=now, reason="because")
    answer = sign_in(client, saudi_delegate.email)
    assert not signed_in(client)
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/inactive/")
    assert client.get("/accounts/inactive/").status_code == 200


@pytest.mark.parametrize(
    "evil",
    [
        "//evil.example/",
        "https://evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "https://127.0.0.1@evil.example/",
    ],
)
def test_sign_in_and_sign_out_stay_here(client, saudi_delegate, evil):
    answer = sign_in(client, saudi_delegate.email, next=evil)
    assert urlsplit(answer["Location"]).netloc == ""
    assert answer["Location"] == "/"
    answer = client.post("/accounts/logout/", {"next": evil})
    assert urlsplit(answer["Location"]).netloc == ""
    assert answer["Location"].startswith("/") and "evil" not in answer["Location"]


def test_next_leads_to_a_page_of_the_portal(client, saudi_delegate):
    assert sign_in(client, saudi_delegate.email, next="/me/")["Location"] == "/me/"


def test_sign_out_is_a_post_and_is_logged(client_of, saudi_delegate):
    client = client_of(saudi_delegate)
    assert client.get("/accounts/logout/").status_code == 200
    assert signed_in(client)
    client.post("/accounts/logout/")
    assert not signed_in(client)
    assert AccessEntry.objects.filter(act="signed_out", person_id=saudi_delegate.pk).count() == 1


# --- New passwords ------------------------------------------------------------------------------------------------


def set_password(client, link, password):
    path = link.removeprefix(portal_settings.PORTAL_URL)
    answer = client.get(path, follow=True)
    form = answer.redirect_chain[-1][0] if answer.redirect_chain else path
    return client.post(form, {"password1": password, "password2": password})


def test_known_and_unknown_addresses_get_the_same_answer_at_reset(saudi_delegate, mailoutbox):
    known = Client().post("/accounts/password/reset/", {"email": saudi_delegate.email})
    unknown = Client().post("/accounts/password/reset/", {"email": "nobody@x.example"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    events = Event.objects.filter(kind="password_reset").order_by("pk")
    assert [event.facts["person"] for event in events] == [saudi_delegate.pk, None]
    assert mailoutbox == [], "no mail server is asked during the request"


def test_a_link_for_a_new_password_works_once(client, saudi_delegate):
    link = accounts.reset_link(saudi_delegate)
    assert link.startswith(portal_settings.PORTAL_URL)
    set_password(client, link, "a new long password")
    saudi_delegate.refresh_from_db()
    assert saudi_delegate.check_password("a new long password")
    set_password(Client(), link, "yet another password")
    saudi_delegate.refresh_from_db()
    assert saudi_delegate.check_password("a new long password")


def test_a_weak_new_password_is_refused(client, saudi_delegate):
    set_password(client, accounts.reset_link(saudi_delegate), "password")
    saudi_delegate.refresh_from_db()
    assert saudi_delegate.check_password(PASSWORD)


def test_a_closed_account_gets_no_link(saudi_delegate, administrator, now):
    account_care.disable(saudi_delegate, actor=administrator, at=now, reason="because")
    Client().post("/accounts/password/reset/", {"email": saudi_delegate.email})
    assert Event.objects.get(kind="password_reset").facts["person"] is None
    call_command("sweep")
    assert not Notice.objects.exists()


def test_the_mail_goes_to_the_address_we_know_in_the_persons_language(mailoutbox):
    make_person("Known@x.example", language="fr")
    Client().post("/accounts/password/reset/", {"email": "KNOWN@x.example"})
    call_command("sweep")
    assert [mail.to for mail in mailoutbox] == [["Known@x.example"]]
    assert mailoutbox[0].extra_headers["Content-Language"] == "fr"


def test_a_person_changes_the_password_and_stays_signed_in(client_of, saudi_delegate):
    client = client_of(saudi_delegate)
    answer = client.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": "a new long password", "password2": "a new long password"},
    )
    assert answer.status_code == 302
    assert signed_in(client)
    saudi_delegate.refresh_from_db()
    assert saudi_delegate.check_password("a new long password")
    assert AccessEntry.objects.filter(act="password_changed").count() == 1


# --- What is not there --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "",
        "signup/",
        "email/",
        "confirm-email/",
        "password/set/",
        "login/code/",
        "login/code/confirm/",
        "3rdparty/",
        "social/signup/",
        "sessions/",
        "2fa/webauthn/signup/",
    ],
)
def test_there_is_no_other_way_in(client, client_of, saudi_delegate, path):
    assert client_of(saudi_delegate).get(f"/accounts/{path}").status_code == 404
    assert client.post(f"/accounts/{path}").status_code == 404


def test_nobody_signs_up():
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")


@pytest.mark.parametrize("path", ["login/", "password/reset/", "password/reset/done/", "inactive/"])
def test_public_pages_of_sign_in_open_for_everybody(client, path):
    assert client.get(f"/accounts/{path}").status_code == 200


@pytest.mark.parametrize(
    "path", ["password/change/", "2fa/", "2fa/totp/activate/", "2fa/recovery-codes/", "reauthenticate/"]
)
def test_the_others_ask_to_sign_in(client, path):
    answer = client.get(f"/accounts/{path}")
    assert answer.status_code == 302
    assert answer["Location"].startswith(LOGIN)


# --- The right ends, the session does not help --------------------------------------------------------------------


def test_a_closed_account_is_nobody_at_the_very_next_request(client_of, saudi_delegate, administrator, now):
    client = client_of(saudi_delegate)
    assert client.get("/me/").status_code == 200
    account_care.disable(saudi_delegate, actor=administrator, at=now, reason="because")
    answer = client.get("/me/")
    assert (answer.status_code, answer["Location"]) == (302, f"{LOGIN}?next=/me/")
    assert client.post("/me/", {"name": "Still here"}).status_code == 403
    saudi_delegate.refresh_from_db()
    assert saudi_delegate.name != "Still here"


# --- The second factor --------------------------------------------------------------------------------------------


def activate_totp(client):
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

    page = client.get("/accounts/2fa/totp/activate/")["Location"]
    client.post(page, {"password": PASSWORD})
    assert client.get("/accounts/2fa/totp/activate/").status_code == 200
    secret = client.session["mfa.totp.secret"]
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    return client.post("/accounts/2fa/totp/activate/", {"code": code})


def test_a_second_factor_is_set_up_and_then_asked_for(client, secretary):
    from allauth.mfa.models import Authenticator

    sign_in(client, secretary.email)
    assert client.get("/accounts/2fa/").status_code == 200
    assert activate_totp(client).status_code == 302
    assert Authenticator.objects.filter(user=secretary, type="totp").count() == 1
    assert client.get("/accounts/2fa/recovery-codes/").status_code == 200
    assert client.get("/accounts/2fa/totp/deactivate/").status_code == 200
    again = Client()
    answer = sign_in(again, secretary.email)
    assert answer["Location"].startswith("/accounts/2fa/authenticate/")
    assert not signed_in(again)
    assert again.get("/accounts/2fa/authenticate/").status_code == 200
    assert again.get("/me/").status_code == 302
    again.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert not signed_in(again)


def test_what_is_delicate_asks_for_the_password_again(client_of, saudi_delegate):
    client = client_of(saudi_delegate)
    answer = client.get("/accounts/2fa/totp/activate/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    page = answer["Location"]
    assert client.get(page).status_code == 200
    wrong = client.post(page, {"password": "wrong password"})
    assert wrong.status_code == 200
    right = client.post(page, {"password": PASSWORD})
    assert (right.status_code, right["Location"]) == (302, "/accounts/2fa/totp/activate/")
    assert client.get("/accounts/2fa/totp/activate/").status_code == 200
