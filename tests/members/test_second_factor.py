"""Passkeys beside the app; a second factor where it is required; a half-done sign-in that ends instead of turning in circles."""

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings as portal_settings
from django.test import Client

from contributions import previewing, submission
from cwg.documents.models import Document
from cwg.members import second_factor, sessions
from tests import drafts, factories
from tests.factories import PASSWORD
from tests.members.door import sign_in, signed_in, text_of

pytestmark = pytest.mark.django_db
AUTHENTICATE = "/accounts/2fa/authenticate/"


def with_app(person):
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": "x"})
    return person


def confirmed(client) -> Client:
    """The same browser once the password was asked for again."""
    page = client.get("/accounts/2fa/passkeys/add/")["Location"]
    client.post(page, {"password": PASSWORD})
    return client


# --- Half done ----------------------------------------------------------------------------------------------------


def test_a_sign_in_whose_second_factor_was_taken_away_meanwhile_ends(saudi_delegate):
    with_app(saudi_delegate)
    half_done = Client()
    assert sign_in(half_done, saudi_delegate.email)["Location"].startswith(AUTHENTICATE)
    Authenticator.objects.all().delete()
    answer = half_done.get(AUTHENTICATE, follow=True)
    assert [address for address, _status in answer.redirect_chain] == ["/accounts/login/"]
    assert "Your second factor has been removed meanwhile. Sign in again." in text_of(answer)
    assert not signed_in(half_done), "the password alone had not been enough"
    sign_in(half_done, saudi_delegate.email)
    assert signed_in(half_done)


def test_a_half_done_sign_in_goes_on_where_the_second_factor_stands(saudi_delegate):
    with_app(saudi_delegate)
    half_done = Client()
    sign_in(half_done, saudi_delegate.email)
    answer = half_done.get(AUTHENTICATE)
    assert answer.status_code == 200
    assert "Use a passkey" in text_of(answer)


def test_signing_out_everywhere_ends_a_half_done_sign_in_too(saudi_delegate, syrian_delegate, now):
    with_app(saudi_delegate), with_app(syrian_delegate)
    half_done, of_another = Client(), Client()
    sign_in(half_done, saudi_delegate.email)
    sign_in(of_another, syrian_delegate.email)
    assert half_done.get(AUTHENTICATE).status_code == 200
    assert not sessions.of(saudi_delegate).exists(), "nobody is signed in there yet"
    sessions.sign_out_everywhere(saudi_delegate, at=now, address=None)
    assert half_done.get(AUTHENTICATE)["Location"] == "/accounts/login/"
    assert of_another.get(AUTHENTICATE).status_code == 200


def test_whoever_has_not_begun_is_sent_to_sign_in(client):
    assert client.get(AUTHENTICATE)["Location"] == "/accounts/login/"


# --- Passkeys -----------------------------------------------------------------------------------------------------


def test_a_passkey_counts_as_a_second_factor_and_recovery_codes_alone_do_not(saudi_delegate, syrian_delegate):
    Authenticator.objects.create(user=saudi_delegate, type=Authenticator.Type.WEBAUTHN, data={"name": "x"})
    Authenticator.objects.create(user=syrian_delegate, type=Authenticator.Type.RECOVERY_CODES, data={})
    assert second_factor.is_set_up(saudi_delegate)
    assert not second_factor.is_set_up(syrian_delegate)


@pytest.mark.parametrize("path", ["add/", ""])
def test_the_pages_of_passkeys_are_in_the_portals_look_without_inline_script(client_of, saudi_delegate, path):
    client = confirmed(client_of(saudi_delegate))
    answer = client.get(f"/accounts/2fa/passkeys/{path}")
    text = text_of(answer)
    assert answer.status_code == 200
    assert 'id="content"' in text
    for piece in text.split("<script")[1:]:
        tag, _, _body = piece.partition(">")
        assert " src=" in tag or 'type="application/json"' in tag, piece[:80]


def test_adding_a_passkey_asks_for_the_password_again(client_of, saudi_delegate):
    answer = client_of(saudi_delegate).get("/accounts/2fa/passkeys/add/")
    assert answer["Location"].startswith("/accounts/reauthenticate/")


def test_anothers_passkey_is_not_there(client_of, saudi_delegate, syrian_delegate):
    theirs = Authenticator.objects.create(
        user=saudi_delegate, type=Authenticator.Type.WEBAUTHN, data={"name": "x", "credential": {}}
    )
    client = confirmed(client_of(syrian_delegate))
    for act in ("remove", "rename"):
        for method in ("get", "post"):
            answer = getattr(client, method)(f"/accounts/2fa/passkeys/{theirs.pk}/{act}/", {"name": "mine"})
            assert answer.status_code == 404
    assert Authenticator.objects.get().data["name"] == "x"


def test_what_is_no_passkey_signs_nobody_in(client, saudi_delegate):
    for credential in ("", "{}", "[]", "x", '{"rawId": "AAAA"}'):
        answer = client.post("/accounts/2fa/passkeys/login/", {"credential": credential})
        assert answer.status_code == 302
        assert not signed_in(client)


# --- Where one submits --------------------------------------------------------------------------------------------


@pytest.fixture
def draft(dg, saudi_focal_point):
    return drafts.make_draft(dg, factories.make_register(dg), by=saudi_focal_point)


def test_where_it_is_required_the_page_says_what_to_do_and_nothing_is_submitted(
    client_of, settings, saudi_focal_point, draft
):
    settings.SUBMIT_MFA_REQUIRED = True
    client = client_of(saudi_focal_point)
    text = text_of(client.get(f"/contributions/{draft.pk}/proof/"))
    assert "Set up a second factor first" in text
    assert f"/contributions/{draft.pk}/submit/" not in text, "nothing is offered that is then refused"
    before = type(draft).objects.filter(pk=draft.pk).values().get()
    answer = client.post(
        f"/contributions/{draft.pk}/submit/", {"token": "00000000-0000-0000-0000-000000000000"}
    )
    assert answer.status_code == 403
    assert "Whoever submits needs a second factor" in text_of(answer)
    assert type(draft).objects.filter(pk=draft.pk).values().get() == before
    assert client.get("/").status_code == 200, "and every other page opens"


def test_the_verb_itself_refuses_whichever_way_one_comes(held, settings, saudi_focal_point, draft):
    prepared = previewing.preview(previewing.load(draft.pk), person=saudi_focal_point)
    token = previewing.offer(prepared, person=saudi_focal_point, at=held.at).token
    settings.SUBMIT_MFA_REQUIRED = True
    with pytest.raises(submission.SecondFactorMissing):
        submission.submit(token, person=saudi_focal_point, arrived_at=held.at)
    assert not Document.objects.exists()
    with_app(saudi_focal_point)
    assert submission.submit(token, person=saudi_focal_point, arrived_at=held.at).receipt


def test_with_a_second_factor_the_button_is_there(client_of, settings, saudi_focal_point, draft):
    settings.SUBMIT_MFA_REQUIRED = True
    with_app(saudi_focal_point)
    text = text_of(client_of(saudi_focal_point).get(f"/contributions/{draft.pk}/proof/"))
    assert "Set up a second factor first" not in text


def test_a_delegate_who_does_not_submit_is_not_asked(client_of, settings, saudi_delegate, draft):
    settings.SUBMIT_MFA_REQUIRED = True
    text = text_of(client_of(saudi_delegate).get(f"/contributions/{draft.pk}/proof/"))
    assert "Set up a second factor first" not in text
    assert "Ask the focal point to submit" in text


def test_nobody_is_asked_where_it_is_not_required(client_of, saudi_focal_point, draft):
    assert portal_settings.SUBMIT_MFA_REQUIRED is False
    text = text_of(client_of(saudi_focal_point).get(f"/contributions/{draft.pk}/proof/"))
    assert "Set up a second factor first" not in text
