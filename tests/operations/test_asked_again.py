"""Signed out while typing, or a page that is too old: what was typed is there again, for its person and for nobody else."""

import logging
import re
import uuid
from datetime import timedelta
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from contributions.models import Contribution
from cwg import clock
from cwg.console.site import site as console
from cwg.members import account_care, kept_words, sessions
from cwg.members.models import KeptWords, Person, Session
from cwg.record import jobs
from tests import drafts, factories

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
ORIGIN = {"HTTP_ORIGIN": "http://testserver"}


@pytest.fixture
def draft(dg, held, saudi_focal_point) -> Contribution:
    return drafts.make_draft(dg, factories.make_register(dg), by=saudi_focal_point)


class Browser(Client):
    """A browser that holds cookies, and is asked for the tokens of its forms, like a real one."""

    def __init__(self, **more):
        super().__init__(enforce_csrf_checks=True, **ORIGIN, **more)

    def sign_in(self, person, at: str = "", **more):
        person.set_password(PASSWORD)
        person.save()
        page = self.get(at or reverse("account_login"))
        sent = {"login": person.email, "password": PASSWORD, "csrfmiddlewaretoken": token_of(page)}
        # The form of the page itself, not that of the language.
        form = page.content.decode().partition("<h1>")[2]
        if asked := re.search(r'name="next" value="([^"]+)"', form):
            sent["next"] = unescape(asked[1])
        answer = self.post(reverse("account_login"), sent | more)
        assert answer.status_code == 302, answer.content.decode()
        return answer

    def sign_out(self):
        page = self.get(reverse("home:home"))
        self.post(reverse("account_logout"), {"csrfmiddlewaretoken": token_of(page)})
        assert self.get(reverse("home:home")).status_code == 302

    def lose_session(self):
        Session.objects.all().delete()


def token_of(answer) -> str:
    return re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', answer.content.decode())[1]


@pytest.fixture
def browser(saudi_focal_point) -> Browser:
    browser = Browser()
    browser.sign_in(saudi_focal_point)
    return browser


def address_of(draft) -> str:
    return reverse("contributions:contribution", args=[draft.pk])


def typed(browser, draft, **words) -> dict:
    """What the form of the draft's page sends, with other words."""
    page = browser.get(address_of(draft))
    form = page.context["form"]
    sent = {name: form[name].value() for name in form.fields}
    filled = {name: "" if value is None else value for name, value in sent.items()}
    return filled | {"csrfmiddlewaretoken": token_of(page)} | words


def send(browser, draft, sent, at: str = "contribution", **more):
    return browser.post(
        reverse(f"contributions:{at}", args=[draft.pk]),
        sent,
        HTTP_REFERER=f"http://testserver{address_of(draft)}",
        **more,
    )


def follow(browser, answer) -> str:
    """The page at the end of the way, and that it was found."""
    while answer.status_code == 302:
        answer = browser.get(answer["Location"])
    assert answer.status_code == 200, answer.status_code
    return unescape(answer.content.decode())


def summary_in(page: str) -> str:
    return re.search(r'<textarea name="summary"[^>]*>\s*(.*?)</textarea>', page, re.DOTALL)[1].strip()


def test_words_sent_after_the_session_ended_are_in_the_form_after_signing_in(
    browser, draft, saudi_focal_point
):
    sent = typed(browser, draft, summary="What we typed for an hour.")
    browser.lose_session()
    answer = send(browser, draft, sent)
    assert answer.status_code == 302
    login = browser.get(answer["Location"])
    assert "What you typed is kept" in login.content.decode()
    assert "What we typed for an hour." not in login.content.decode()
    draft.refresh_from_db()
    assert draft.summary != "What we typed for an hour."
    page = follow(browser, browser.sign_in(saudi_focal_point, answer["Location"]))
    assert summary_in(page) == "What we typed for an hour."
    assert "You were signed out before this could be saved" in page
    draft.refresh_from_db()
    assert draft.summary != "What we typed for an hour."  # nothing is done by itself


def test_what_is_sent_from_there_is_saved_and_no_longer_kept(browser, draft, saudi_focal_point):
    sent = typed(browser, draft, summary="Saved at last.")
    browser.lose_session()
    back = browser.sign_in(saudi_focal_point, send(browser, draft, sent)["Location"])
    landing = browser.get(back["Location"])["Location"]
    page = browser.get(landing)
    again = sent | {"csrfmiddlewaretoken": token_of(page)}
    answer = browser.post(address_of(draft), again, HTTP_REFERER=f"http://testserver{landing}")
    assert answer.status_code == 302
    draft.refresh_from_db()
    assert draft.summary == "Saved at last."
    assert not KeptWords.objects.exists()


@pytest.mark.parametrize("act", ["discard", "ask-sponsor", "upload"])
def test_any_button_of_the_draft_keeps_its_words_when_the_session_has_ended(
    act, browser, draft, saudi_focal_point
):
    sent = typed(browser, draft, summary="Beside another button.")
    files = draft.files.count()
    browser.lose_session()
    if act == "upload":
        sent |= {"language": "en", "file": SimpleUploadedFile("paper.pdf", b"%PDF-1.4")}
    answer = send(browser, draft, sent, act)
    page = follow(browser, browser.sign_in(saudi_focal_point, answer["Location"]))
    assert summary_in(page) == "Beside another button."
    if act == "upload":
        assert "Choose the file again: paper.pdf." in page
    draft.refresh_from_db()
    assert draft.is_open and not draft.sponsorships.exists() and draft.files.count() == files


def test_signed_in_again_in_another_window_the_words_are_back_in_the_form_at_once(
    browser, draft, saudi_focal_point
):
    sent = typed(browser, draft, summary="With a token of yesterday.")
    browser.sign_out()
    browser.sign_in(saudi_focal_point)
    page = follow(browser, send(browser, draft, sent))
    assert summary_in(page) == "With a token of yesterday."
    assert "was too old" in page
    draft.refresh_from_db()
    assert draft.summary != "With a token of yesterday."


def test_signed_in_again_and_out_again_the_words_wait_for_the_same_person(browser, draft, saudi_focal_point):
    sent = typed(browser, draft, summary="Of two sessions ago.")
    browser.sign_out()
    browser.sign_in(saudi_focal_point)
    browser.sign_out()
    answer = send(browser, draft, sent)
    page = follow(browser, browser.sign_in(saudi_focal_point, answer["Location"]))
    assert summary_in(page) == "Of two sessions ago."


def test_another_who_signs_in_in_the_same_browser_is_never_shown_them(
    browser, draft, saudi_delegate, saudi_focal_point
):
    sent = typed(browser, draft, summary="For nobody else's eyes.")
    browser.lose_session()
    answer = send(browser, draft, sent)
    browser.sign_in(saudi_delegate)
    kept = KeptWords.objects.get()
    for name in ("kept-words", "kept-words-list"):
        seen = browser.get(reverse(f"members:{name}", args=[kept.pk]))
        assert seen.status_code == 404
        assert "For nobody else's eyes." not in unescape(seen.content.decode())
    in_form = browser.get(f"{address_of(draft)}?kept={kept.pk}")
    assert in_form.status_code == 200
    assert "For nobody else's eyes." not in unescape(in_form.content.decode())
    home = browser.get(reverse("home:home"))
    token = token_of(home)
    gone = browser.post(reverse("members:discard-kept-words", args=[kept.pk]), {"csrfmiddlewaretoken": token})
    assert gone.status_code == 404
    browser.sign_out()
    page = follow(browser, browser.sign_in(saudi_focal_point, answer["Location"]))
    assert summary_in(page) == "For nobody else's eyes."


def test_a_page_of_somebody_else_is_sent_for_nobody_and_kept_for_its_own_person(
    browser, draft, saudi_delegate, saudi_focal_point
):
    sent = typed(browser, draft, summary="Begun by the focal point.")
    browser.sign_out()
    browser.sign_in(saudi_delegate)
    answer = send(browser, draft, sent)
    assert answer.status_code == 403
    said = unescape(answer.content.decode())
    assert "This page was made for somebody else" in said
    assert "Begun by the focal point." not in said
    draft.refresh_from_db()
    assert draft.summary != "Begun by the focal point."
    browser.sign_out()
    page = follow(browser, browser.sign_in(saudi_focal_point))
    assert summary_in(page) == "Begun by the focal point."


def test_the_same_person_in_another_browser_is_not_shown_them(browser, draft, saudi_focal_point):
    sent = typed(browser, draft, summary="Typed elsewhere.")
    browser.lose_session()
    send(browser, draft, sent)
    kept = KeptWords.objects.get()
    other = Browser()
    other.sign_in(saudi_focal_point)
    assert other.get(reverse("members:kept-words", args=[kept.pk])).status_code == 404
    assert browser.sign_in(saudi_focal_point)["Location"] == reverse("members:kept-words", args=[kept.pk])


def test_they_are_kept_for_a_day_and_then_deleted(browser, draft, saudi_focal_point, held):
    sent = typed(browser, draft, summary="Of yesterday.")
    browser.lose_session()
    answer = send(browser, draft, sent)
    browser.sign_in(saudi_focal_point)
    kept = KeptWords.objects.get()
    kept.kept_at = held.at - kept_words.LIFETIME + timedelta(microseconds=1)
    kept.save()
    assert browser.get(reverse("members:kept-words", args=[kept.pk])).status_code == 302
    jobs.run("kept-words")
    assert KeptWords.objects.exists()
    kept.kept_at = held.at - kept_words.LIFETIME
    kept.save()
    assert browser.get(reverse("members:kept-words", args=[kept.pk])).status_code == 404
    jobs.run("kept-words")
    assert not KeptWords.objects.exists()
    assert answer.status_code == 302


def test_nothing_is_kept_for_a_stranger(draft):
    browser = Browser()
    token = token_of(browser.get(reverse("account_login")))
    answer = send(browser, draft, {"csrfmiddlewaretoken": token, "summary": "Of nobody."})
    assert answer.status_code == 403
    assert not KeptWords.objects.exists()
    # The answer itself has it, for whoever typed it.
    assert '<input type="hidden" name="summary" value="Of nobody.">' in answer.content.decode()


def test_a_stranger_cannot_fill_it_in_the_name_of_somebody(browser, draft, saudi_focal_point):
    sent = typed(browser, draft, summary="Planted.")
    stranger = Browser()
    stranger.get(reverse("account_login"))
    assert send(stranger, draft, sent).status_code == 403
    stranger.cookies["pages"] = browser.cookies["pages"].value + "x"
    assert send(stranger, draft, sent).status_code == 403
    assert not KeptWords.objects.exists()


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_nothing_of_another_sites_form_is_kept_or_repeated(origin, browser, draft):
    sent = typed(browser, draft, summary="Planted by another site.")
    sent["csrfmiddlewaretoken"] = "a" * 64
    answer = send(browser, draft, sent, HTTP_ORIGIN=origin)
    assert answer.status_code == 403
    assert "Planted by another site." not in answer.content.decode()
    assert not KeptWords.objects.exists()


def test_a_form_whose_page_tells_no_person_is_repeated_in_the_answer_alone(browser, draft):
    sent = typed(browser, draft, summary="Without a token of ours.")
    sent["csrfmiddlewaretoken"] = "a" * 64
    answer = send(browser, draft, sent)
    assert answer.status_code == 403
    assert 'name="summary" value="Without a token of ours."' in answer.content.decode()
    assert not KeptWords.objects.exists()


def test_no_secret_is_ever_kept(browser, draft, saudi_focal_point):
    page = browser.get(reverse("account_change_password"))
    sent = {"oldpassword": PASSWORD, "password1": "x" * 12, "password2": "x" * 12}
    browser.lose_session()
    token = {"csrfmiddlewaretoken": token_of(page)}
    answer = browser.post(reverse("account_change_password"), sent | token)
    assert answer.status_code == 302
    assert not KeptWords.objects.exists()
    browser.sign_in(saudi_focal_point)
    sent = typed(browser, draft, summary="Beside it.", api_password="secret", token=str(uuid.uuid4()))
    browser.lose_session()
    send(browser, draft, sent)
    names = [name for name, _value in KeptWords.objects.get().words]
    assert "summary" in names
    assert not {"csrfmiddlewaretoken", "api_password", "token"} & set(names)


@pytest.mark.parametrize("name", ["party_code", "code", "zone", "reason"])
def test_a_field_that_holds_no_secret_is_kept(name):
    assert not kept_words.is_secret(name)


def test_nothing_is_kept_for_a_closed_account(browser, draft, saudi_focal_point, administrator, held):
    sent = typed(browser, draft, summary="Of a closed account.")
    account_care.disable(saudi_focal_point, actor=administrator, at=held.at, reason="Left the ministry.")
    answer = send(browser, draft, sent)
    assert not KeptWords.objects.exists()
    assert answer.status_code == 403


def test_the_oldest_make_room(browser, draft, held):
    sent = typed(browser, draft)
    browser.lose_session()
    for number in range(kept_words.MOST + 2):
        send(browser, draft, sent | {"summary": f"Version {number}"})
        held.forward(seconds=1)
    kept = [dict(each.words)["summary"] for each in KeptWords.objects.order_by("kept_at")]
    assert kept == [f"Version {number}" for number in range(2, kept_words.MOST + 2)]


def test_sent_twice_it_is_kept_once(browser, draft):
    sent = typed(browser, draft, summary="Pressed twice.")
    browser.lose_session()
    assert send(browser, draft, sent)["Location"] == send(browser, draft, sent)["Location"]
    assert KeptWords.objects.count() == 1


def test_no_line_of_the_log_has_the_words(browser, draft, caplog):
    sent = typed(browser, draft, summary="Unloggable words.")
    browser.lose_session()
    with caplog.at_level(logging.DEBUG):
        send(browser, draft, sent)
    assert KeptWords.objects.exists()
    assert "Unloggable" not in caplog.text


def test_the_secretariat_and_administrators_see_nothing_of_them(
    browser, draft, client_of, secretary, administrator
):
    sent = typed(browser, draft, summary="Not for the console.")
    browser.lose_session()
    send(browser, draft, sent)
    kept = KeptWords.objects.get()
    for person in (secretary, administrator):
        for name in ("kept-words", "kept-words-list"):
            assert client_of(person).get(reverse(f"members:{name}", args=[kept.pk])).status_code == 404


def test_a_script_is_told_to_sign_in_and_nothing_is_kept(browser, draft):
    sent = typed(browser, draft, summary="The page has it.")
    browser.lose_session()
    answer = send(browser, draft, sent, HTTP_ACCEPT="application/json")
    assert answer.status_code == 401
    assert answer.json()["errors"]
    assert not KeptWords.objects.exists()


def test_a_script_with_an_old_page_gets_a_token_that_works(browser, draft, saudi_focal_point, saudi_delegate):
    sent = typed(browser, draft, summary="By script.")
    browser.sign_out()
    browser.sign_in(saudi_focal_point)
    answer = send(browser, draft, sent, HTTP_ACCEPT="application/json")
    assert answer.status_code == 403
    fresh = answer.json()["token"]
    assert send(browser, draft, sent | {"csrfmiddlewaretoken": fresh}).status_code == 302
    browser.sign_out()
    browser.sign_in(saudi_delegate)
    other = send(browser, draft, sent, HTTP_ACCEPT="application/json")
    assert other.status_code == 403
    assert "token" not in other.json()


def test_the_sign_in_page_says_why_one_is_asked_again(browser, draft):
    stale = browser.cookies["session"].value
    Session.objects.update(expire_date="2020-01-01T00:00:00Z")
    asked = browser.get(address_of(draft))
    assert "had not used the portal for a long time" in unescape(
        browser.get(asked["Location"]).content.decode()
    )
    browser.cookies["session"] = stale
    Session.objects.all().delete()
    asked = browser.get(address_of(draft))
    assert "You were signed out." in browser.get(asked["Location"]).content.decode()
    stranger = Browser()
    asked = stranger.get(address_of(draft))
    assert "You were signed out" not in stranger.get(asked["Location"]).content.decode()


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (
            lambda person, session: sessions.end(person, session.ref, at=clock.now(), address=None),
            "from another device",
        ),
        (
            lambda person, _session: sessions.sign_out_everywhere(person, at=clock.now(), address=None),
            "on every device",
        ),
        (lambda person, _session: sessions.end_others(person, None), "your password was changed"),
        (lambda person, _session: sessions.end_all(person), "You were signed out."),
    ],
)
def test_it_says_by_what_the_session_was_ended(browser, draft, saudi_focal_point, act, said):
    sent = typed(browser, draft, summary="Meanwhile.")
    act(saudi_focal_point, sessions.of(saudi_focal_point).get())
    page = browser.get(send(browser, draft, sent)["Location"]).content.decode()
    assert said in unescape(page)
    assert "What you typed is kept for a day" in page


@pytest.mark.parametrize("megabytes", [1, 4, 20])
def test_long_words_and_a_file_are_too_much_for_nobody_and_the_words_are_kept(
    browser, draft, saudi_focal_point, megabytes
):
    words = "Forty pages of it. " * 8_000
    sent = typed(browser, draft, summary=words) | {"language": "en"}
    browser.lose_session()
    file = SimpleUploadedFile("paper.pdf", b"%PDF-1.4" + b"x" * megabytes * 1024 * 1024)
    answer = send(browser, draft, sent | {"file": file}, "upload")
    page = follow(browser, browser.sign_in(saudi_focal_point, answer["Location"]))
    assert summary_in(page) == words.strip()
    assert "Choose the file again: paper.pdf." in page
    assert browser.get(reverse("members:signed-in")).status_code == 204


def test_words_behind_a_file_are_kept_as_well(browser, saudi_focal_point):
    """Where a contribution begins, without script: the file is chosen above the words, and is sent before them."""
    token = token_of(browser.get(reverse("contributions:new")))
    browser.lose_session()
    file = SimpleUploadedFile("paper.pdf", b"%PDF-1.4" + b"x" * 1024 * 1024)
    sent = {
        "file": file,
        "csrfmiddlewaretoken": token,
        "kind": "contribution_action",
        "summary": "Typed below.",
    }
    answer = browser.post(reverse("contributions:new-from-file"), sent)
    page = follow(browser, browser.sign_in(saudi_focal_point, answer["Location"]))
    assert "Typed below." in page and "Choose the file again: paper.pdf." in page


def test_what_a_page_has_no_form_for_is_listed_and_can_be_sent_again(browser, saudi_focal_point):
    page = browser.get(reverse("home:me"))
    sent = {
        "": "Without a name",
        "seen": "of the page",
        "csrfmiddlewaretoken": token_of(page),
        "name": "Another Name",
        "language": "en",
    }
    sessions.end_all(saudi_focal_point)
    answer = browser.post(reverse("home:me"), sent)
    listed = follow(browser, browser.sign_in(saudi_focal_point, answer["Location"]))
    assert "What you typed is kept" in listed and "Another Name" in listed
    assert "Project-Id-Version" not in listed and "<bdi>of the page</bdi>" not in listed
    assert f'action="{reverse("home:me")}"' in listed
    kept = KeptWords.objects.get()
    seen = browser.get(reverse("members:kept-words-list", args=[kept.pk]))
    browser.post(
        reverse("members:discard-kept-words", args=[kept.pk]), {"csrfmiddlewaretoken": token_of(seen)}
    )
    assert not KeptWords.objects.exists()


def test_a_page_that_is_called_like_another_host_leads_nowhere_else(browser, draft):
    sent = typed(browser, draft, summary="Typed.")
    browser.lose_session()
    browser.post(address_of(draft), sent, HTTP_REFERER="http://testserver//evil.example/x")
    kept = KeptWords.objects.get()
    assert kept.page == "/%2Fevil.example/x"


def test_what_no_row_can_hold_is_kept_all_the_same(browser, draft):
    sent = typed(browser, draft, summary="Typed.") | {"no\x00name": "and\x00words"}
    browser.lose_session()
    assert send(browser, draft, sent).status_code == 302
    assert ["no\ufffdname", "and\ufffdwords"] in [list(pair) for pair in KeptWords.objects.get().words]


def test_a_button_alone_leads_back_to_the_page_it_stood_on(browser, draft, saudi_focal_point):
    page = browser.get(address_of(draft))
    token = {"csrfmiddlewaretoken": token_of(page)}
    browser.lose_session()
    answer = send(browser, draft, token, "submit")
    assert answer.status_code == 302
    back = browser.sign_in(saudi_focal_point, answer["Location"])
    assert back["Location"] == address_of(draft)


def test_no_page_of_the_console_shows_what_is_kept():
    assert not console.is_registered(KeptWords)
    assert console.is_registered(Person), "others are shown"
