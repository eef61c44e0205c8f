"""Guessing is slow; a stranger keeps nobody out; a full room gets in; who has an account is told to nobody."""

import re
from contextlib import contextmanager
from datetime import timedelta
from unittest import mock

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.management import call_command
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from cwg.members import accounts, devices, guessing, refusals, sign_in_links
from cwg.members.entry_models import EntryAttempt, KnownDevice
from cwg.notices.models import Event, Notice
from cwg.record.models import AccessEntry
from tests.factories import PASSWORD, make_person
from tests.members.door import behind, sign_in, signed_in, text_of, without_its_own_words

pytestmark = pytest.mark.django_db
STRANGER, ROOM = "203.0.113.9", "198.51.100.7"
TICK = timedelta(microseconds=1)


def guess(email, times=5, network=STRANGER):
    for _time in range(times):
        answer = sign_in(behind(network), email, "wrong password")
    return answer


# --- The delay ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "minutes"), [(0, 0), (4, 0), (5, 1), (6, 2), (7, 4), (8, 8), (9, 15), (10, 15), (10_000, 15)]
)
def test_the_delay_grows_and_ends_at_a_quarter_of_an_hour(wrong, minutes):
    assert guessing.delay_after(wrong) == timedelta(minutes=minutes)


def test_five_wrong_passwords_make_the_next_try_wait_one_minute(held, saudi_delegate):
    guess(saudi_delegate.email)
    owner = behind(ROOM)
    for instant, opens in ((0, False), (60, True)):
        held.forward(seconds=instant)
        if opens:
            held.forward(microseconds=-1)
            sign_in(owner, saudi_delegate.email)
            assert not signed_in(owner), "a microsecond before"
            held.forward(microseconds=1)
        sign_in(owner, saudi_delegate.email)
        assert signed_in(owner) == opens


def test_the_page_says_how_long_to_wait_and_offers_a_link(held, saudi_delegate):
    answer = guess(saudi_delegate.email, 6)
    assert (
        "Too many wrong passwords for this address. Wait 1 minute, or use the link we mail you."
        in text_of(answer)
    )
    assert f"Mail a link to {saudi_delegate.email}" in text_of(answer)
    held.forward(minutes=1)
    guess(saudi_delegate.email, 1)
    held.forward(seconds=1)
    assert "Wait 2 minutes" in text_of(guess(saudi_delegate.email, 1))


def test_a_try_that_was_told_to_wait_makes_nobody_wait_longer(held, saudi_delegate):
    guess(saudi_delegate.email, 5)
    guess(saudi_delegate.email, 500 // 50)
    assert EntryAttempt.objects.count() == 5
    held.forward(minutes=1)
    owner = behind(ROOM)
    sign_in(owner, saudi_delegate.email)
    assert signed_in(owner)


def test_the_right_password_is_refused_too_while_one_waits(held, saudi_delegate):
    """Else the delay would delay nobody who guesses."""
    guess(saudi_delegate.email)
    client = behind(STRANGER)
    sign_in(client, saudi_delegate.email)
    assert not signed_in(client)


def test_anothers_failures_keep_nobody_out(held, saudi_delegate, syrian_delegate):
    guess(saudi_delegate.email, 20)
    other = behind(ROOM)
    sign_in(other, syrian_delegate.email)
    assert signed_in(other)


def test_a_day_later_all_is_forgotten(held, saudi_delegate):
    guess(saudi_delegate.email)
    held.forward(hours=24)
    assert guessing.forget_old(held.at - TICK) == 0
    assert guessing.forget_old(held.at) == 5
    assert not EntryAttempt.objects.exists()


def test_getting_in_forgives_ones_own_typing_errors(held, saudi_delegate):
    client = behind(ROOM)
    for _evening in range(3):
        for _typo in range(4):
            sign_in(client, saudi_delegate.email, "wrong password")
        sign_in(client, saudi_delegate.email)
        assert signed_in(client)
        client = behind(ROOM)
    assert not EntryAttempt.objects.exists()


def test_the_owners_signing_in_gives_a_stranger_no_new_guesses(held, saudi_delegate):
    guess(saudi_delegate.email, 4)
    sign_in(behind(ROOM), saudi_delegate.email)
    assert EntryAttempt.objects.filter(network=STRANGER).count() == 4
    guess(saudi_delegate.email, 1)
    assert "Too many wrong passwords" in text_of(guess(saudi_delegate.email, 1))


# --- A known device -----------------------------------------------------------------------------------------------


@pytest.fixture
def known(saudi_delegate):
    """The delegate's own browser, signed out again."""
    client = behind(ROOM)
    sign_in(client, saudi_delegate.email)
    assert signed_in(client)
    client.post("/accounts/logout/")
    return client


def test_a_known_device_is_not_delayed_by_strangers(held, known, saudi_delegate):
    guess(saudi_delegate.email, 50)
    sign_in(known, saudi_delegate.email)
    assert signed_in(known)


def test_whoever_steals_a_known_device_guesses_no_faster(held, known, saudi_delegate):
    for _time in range(6):
        answer = sign_in(known, saudi_delegate.email, "wrong password")
    assert "Too many wrong passwords for this address" in text_of(answer)
    owner = behind(STRANGER)
    sign_in(owner, saudi_delegate.email)
    assert signed_in(owner), "and delays nobody elsewhere"


def test_a_device_is_known_to_the_person_who_used_it_only(held, known, syrian_delegate):
    guess(syrian_delegate.email)
    sign_in(known, syrian_delegate.email)
    assert not signed_in(known)


def test_two_people_who_share_a_browser_are_both_known_on_it(held, known, saudi_delegate, syrian_delegate):
    sign_in(known, syrian_delegate.email)
    known.post("/accounts/logout/")
    for person in (saudi_delegate, syrian_delegate):
        guess(person.email)
        sign_in(known, person.email)
        assert signed_in(known)
        known.post("/accounts/logout/")
    assert KnownDevice.objects.values("browser").distinct().count() == 1


@pytest.mark.parametrize("change", ["forged", "emptied", "another_salt"])
def test_a_cookie_we_did_not_make_makes_no_device_known(held, known, saudi_delegate, change):
    number = KnownDevice.objects.get().browser.hex
    known.cookies["device"] = {"forged": number, "emptied": "", "another_salt": f"{number}:abc"}[change]
    guess(saudi_delegate.email)
    sign_in(known, saudi_delegate.email)
    assert not signed_in(known)


def test_a_forgotten_device_is_a_strangers(held, known, saudi_delegate):
    devices.forget(saudi_delegate)
    guess(saudi_delegate.email)
    sign_in(known, saudi_delegate.email)
    assert not signed_in(known)


def test_a_year_unseen_a_device_is_a_strangers(held, known, saudi_delegate):
    browser = KnownDevice.objects.get().browser
    seen = KnownDevice.objects.get().seen_at
    assert devices.known_to(saudi_delegate.email, browser, seen + devices.LIFETIME - TICK)
    assert not devices.known_to(saudi_delegate.email, browser, seen + devices.LIFETIME)
    assert devices.forget_old(seen + devices.LIFETIME - TICK) == 0
    assert devices.forget_old(seen + devices.LIFETIME) == 1
    assert not KnownDevice.objects.exists()


def test_the_password_alone_makes_no_device_known_where_a_second_factor_is_due(saudi_delegate):
    from allauth.mfa.models import Authenticator

    Authenticator.objects.create(user=saudi_delegate, type=Authenticator.Type.TOTP, data={"secret": "x"})
    client = behind(STRANGER)
    sign_in(client, saudi_delegate.email)
    assert not signed_in(client)
    assert "device" not in client.cookies
    assert not KnownDevice.objects.exists()


# --- A mailed link ------------------------------------------------------------------------------------------------


def follow(client, link, settings):
    return client.post(link.removeprefix(settings.PORTAL_URL))


def test_a_mailed_link_passes_the_delay(held, saudi_delegate, settings, mailoutbox):
    guess(saudi_delegate.email, 30)
    owner = behind(STRANGER)
    answer = owner.post("/accounts/sign-in-link/", {"email": saudi_delegate.email.upper()})
    assert answer["Location"] == "/accounts/sign-in-link/sent/"
    call_command("sweep")
    (mail,) = mailoutbox
    assert mail.to == [saudi_delegate.email]
    (link,) = {word for word in mail.body.split() if "/accounts/sign-in-link/" in word}
    page = owner.get(link.removeprefix(settings.PORTAL_URL))
    assert f"as <bdi>{saudi_delegate.email}</bdi>" in text_of(page), (
        "nobody is signed in as somebody else unawares"
    )
    assert not signed_in(owner), "looking at it changes nothing"
    assert follow(owner, link, settings)["Location"] == "/"
    assert signed_in(owner)
    owner.post("/accounts/logout/")
    sign_in(owner, saudi_delegate.email)
    assert signed_in(owner), "and from then on the device is known"


def test_a_mailed_link_works_once_within_an_hour(saudi_delegate, settings):
    import time

    import time_machine

    with time_machine.travel(time.time(), tick=False) as machine:
        link = sign_in_links.link(saudi_delegate)
        machine.shift(3599)
        assert sign_in_links.person_of(link.rstrip("/").rpartition("/")[2]) == saudi_delegate
        machine.shift(2)
        late = behind(ROOM)
        assert follow(late, link, settings).status_code == 410
        assert not signed_in(late)
        link = sign_in_links.link(saudi_delegate)
        first, second = behind(ROOM), behind(ROOM)
        machine.shift(1)
        follow(first, link, settings)
        assert signed_in(first)
        assert follow(second, link, settings).status_code == 410
        assert not signed_in(second)


@pytest.mark.parametrize("token", ["x", "a:b:c", "é", "a" * 3000])
def test_a_link_we_did_not_make_signs_nobody_in(client, saudi_delegate, token):
    for method in ("get", "post"):
        assert getattr(client, method)(f"/accounts/sign-in-link/{token}/").status_code == 410
    assert not signed_in(client)


def test_a_link_dies_with_the_account_the_password_and_the_address(saudi_delegate, settings):
    for change in ({"is_active": False}, {"password": "other"}, {"email": "moved@x.example"}):
        link = sign_in_links.link(saudi_delegate)
        before = {name: getattr(saudi_delegate, name) for name in change}
        type(saudi_delegate).objects.filter(pk=saudi_delegate.pk).update(**change)
        client = Client()
        assert follow(client, link, settings).status_code == 410
        assert not signed_in(client)
        type(saudi_delegate).objects.filter(pk=saudi_delegate.pk).update(**before)
        saudi_delegate.refresh_from_db()


def test_a_link_asks_for_the_second_factor_all_the_same(client, saudi_delegate, settings):
    from allauth.mfa.models import Authenticator

    Authenticator.objects.create(user=saudi_delegate, type=Authenticator.Type.TOTP, data={"secret": "x"})
    answer = follow(client, sign_in_links.link(saudi_delegate), settings)
    assert answer["Location"].startswith("/accounts/2fa/authenticate/")
    assert not signed_in(client)


def test_whoever_is_signed_in_as_somebody_else_becomes_the_person_of_the_link(
    client_of, saudi_delegate, syrian_delegate, settings
):
    client = client_of(syrian_delegate)
    follow(client, sign_in_links.link(saudi_delegate), settings)
    assert client.session["_auth_user_id"] == str(saudi_delegate.pk)


def test_a_stranger_who_asks_for_mails_floods_nobody_and_keeps_nobody_from_asking(
    held, saudi_delegate, mailoutbox
):
    for _time in range(20):
        held.forward(seconds=1)
        answer = behind(STRANGER).post("/accounts/sign-in-link/", {"email": saudi_delegate.email})
        assert answer["Location"] == "/accounts/sign-in-link/sent/"
    call_command("sweep")
    assert len(mailoutbox) == 3, "each of them works, so the owner has one at hand"
    held.forward(minutes=15)
    behind(STRANGER).post("/accounts/password/reset/", {"email": saudi_delegate.email})
    call_command("sweep")
    assert len(mailoutbox) == 4


def test_a_new_password_opens_the_door_at_once(held, saudi_delegate, settings):
    guess(saudi_delegate.email, 20)
    client = behind(STRANGER)
    path = accounts.reset_link(saudi_delegate).removeprefix(settings.PORTAL_URL)
    form = client.get(path, follow=True).redirect_chain[-1][0]
    client.post(form, {"password1": "a new long password", "password2": "a new long password"})
    sign_in(client, saudi_delegate.email, "a new long password")
    assert signed_in(client)
    assert AccessEntry.objects.filter(act="password_reset", person_id=saudi_delegate.pk).exists()


# --- A room behind one address ------------------------------------------------------------------------------------


def test_two_hundred_people_behind_one_address_sign_in_at_once(held, db):
    """Each third mistypes once, as people do at half past nine."""
    people = [make_person(f"person{number}@x.example") for number in range(200)]
    for number, person in enumerate(people):
        client = behind(ROOM)
        if number % 3 == 0:
            sign_in(client, person.email, "wrong password")
        sign_in(client, person.email)
        assert signed_in(client), person.email
    assert not EntryAttempt.objects.exists()


def test_guessing_over_many_accounts_from_one_address_is_throttled(held, saudi_delegate):
    for number in range(guessing.NETWORK_GUESSES):
        answer = sign_in(behind(STRANGER), f"somebody{number}@x.example", "wrong password")
        assert "Too many" not in text_of(answer)
    spray = behind(STRANGER)
    answer = sign_in(spray, saudi_delegate.email)
    assert "Too many wrong passwords from your network. Wait 10 minutes, or use the link" in text_of(answer)
    assert not signed_in(spray)
    elsewhere = behind(ROOM)
    sign_in(elsewhere, saudi_delegate.email)
    assert signed_in(elsewhere)
    held.forward(minutes=10)
    sign_in(spray, saudi_delegate.email)
    assert signed_in(spray)


def test_whoever_guesses_in_the_room_keeps_no_known_device_out(held, known, saudi_delegate):
    for number in range(guessing.NETWORK_GUESSES):
        sign_in(behind(ROOM), f"somebody{number}@x.example", "wrong password")
    sign_in(known, saudi_delegate.email)
    assert signed_in(known)


def test_an_ipv6_network_is_one_network_whatever_its_last_half(held, saudi_delegate):
    who = [
        guessing.visitor("a@x.example", address=address, browser=None, at=held.at).network
        for address in ("2001:db8:1:2::5", "2001:db8:1:2:ffff::9", "2001:db8:1:3::5", "203.0.113.9", None)
    ]
    assert who == ["2001:db8:1:2::", "2001:db8:1:2::", "2001:db8:1:3::", "203.0.113.9", ""]


def test_an_address_of_ipv4_in_the_words_of_ipv6_is_that_address():
    """Some proxies write it so; all of them would be one network."""
    asked = RequestFactory().get("/", REMOTE_ADDR="::ffff:203.0.113.9")
    assert accounts.address_of(asked) == "203.0.113.9"


def test_very_many_mails_from_one_network_wait(held):
    with mock.patch.object(guessing, "NETWORK_MAILS", 3):
        for number in range(3):
            behind(ROOM).post("/accounts/sign-in-link/", {"email": f"person{number}@x.example"})
        answer = behind(ROOM).post("/accounts/sign-in-link/", {"email": "person9@x.example"})
    assert answer.status_code == 422
    assert "Too many mails were requested from your network. Wait 10 minutes" in text_of(answer)
    assert Event.objects.count() == 3


# --- Known and unknown addresses are treated alike ----------------------------------------------------------------


@contextmanager
def work():
    """What is done meanwhile: the questions to the database without their values, and how often a password is hashed."""
    done = {}
    with (
        CaptureQueriesContext(connection) as queries,
        mock.patch.object(
            MD5PasswordHasher, "encode", autospec=True, side_effect=MD5PasswordHasher.encode
        ) as hashed,
    ):
        yield done
    done["hashings"] = hashed.call_count
    done["questions"] = [
        re.sub(r"'[^']*'|\"s\d+_x\d+\"|\b\d+\b|NULL", "?", query["sql"]) for query in queries
    ]


def compared(ask, known="delegate.sau@test.example") -> tuple[dict, dict]:
    done = []
    for email in (known, "nobody@x.example"):
        with work() as one:
            ask(email)
        done.append(one)
    return done[0], done[1]


def test_a_wrong_password_costs_the_same_for_known_and_unknown_addresses(held, saudi_delegate):
    known, unknown = compared(lambda email: sign_in(Client(), email, "wrong password"))
    assert known == unknown
    assert known["hashings"] == 1


def test_a_browser_known_to_one_person_learns_nothing_of_another(held, known, syrian_delegate):
    first, second = compared(lambda email: sign_in(known, email, "wrong password"), syrian_delegate.email)
    assert first == second


@pytest.mark.parametrize("path", ["/accounts/password/reset/", "/accounts/sign-in-link/"])
def test_asking_for_a_link_costs_the_same_for_known_and_unknown_addresses(held, saudi_delegate, path):
    known, unknown = compared(lambda email: Client().post(path, {"email": email}))
    assert known == unknown
    assert known["hashings"] == 0
    call_command("sweep")
    assert Notice.objects.get().person == saudi_delegate, "and only one of them gets a mail"


def test_both_get_the_same_answers_until_they_wait(held, saudi_delegate):
    answers = {}
    for email in (saudi_delegate.email, "nobody@x.example"):
        answers[email] = [
            without_its_own_words(sign_in(Client(), email, "wrong password"), email) for _time in range(7)
        ]
    first, second = answers.values()
    assert first == second


def test_the_address_of_a_stranger_is_not_kept(held):
    guess("stranger@x.example")
    Client().post("/accounts/sign-in-link/", {"email": "stranger@x.example"})
    kept = [*EntryAttempt.objects.values(), *Event.objects.values(), *AccessEntry.objects.values()]
    assert kept
    assert "stranger" not in repr(kept)


# --- At once ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_many_guesses_at_one_moment_are_not_one():
    from concurrent.futures import ThreadPoolExecutor

    make_person("owner@x.example")

    def one(_number) -> bool:
        try:
            return "Too many" not in text_of(sign_in(behind(STRANGER), "owner@x.example", "wrong password"))
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        looked_at = sum(pool.map(one, range(24)))
    assert looked_at == guessing.FREE_GUESSES


@pytest.mark.django_db(transaction=True)
def test_a_link_used_in_six_places_at_one_moment_signs_in_once(settings):
    from concurrent.futures import ThreadPoolExecutor

    link = sign_in_links.link(make_person("owner@x.example"))

    def use(_number) -> int:
        try:
            return follow(behind(STRANGER), link, settings).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        answers = sorted(pool.map(use, range(6)))
    assert answers == [302] + [410] * 5
    assert AccessEntry.objects.filter(act="signed_in").count() == 1


def test_words_of_waiting_round_up():
    for wait, minutes in ((1, 1), (60, 1), (61, 2), (120, 2), (899, 15)):
        assert refusals.TooManyWrongPasswords(timedelta(seconds=wait)).minutes == minutes


def test_an_account_without_a_password_waits_and_hashes_like_any_other(held):
    make_person("delegate.sau@test.example", password=None)
    known, unknown = compared(lambda email: sign_in(Client(), email, PASSWORD))
    assert known == unknown
