"""What holds on every page: bytes that are no text, and the second factor of the staff where it is required."""

import pytest
from allauth.mfa.models import Authenticator

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/me/%00/", "/me/?q=%00", "/\x00"])
def test_nul_bytes_are_a_bad_request(client, address):
    assert client.get(address).status_code == 400


@pytest.mark.parametrize("who", ["secretary", "administrator", "auditor"])
def test_where_it_is_required_staff_reach_nothing_without_a_second_factor(request, client_of, settings, who):
    settings.STAFF_MFA_REQUIRED = True
    client = client_of(request.getfixturevalue(who))
    for method in ("get", "post"):
        answer = getattr(client, method)("/me/")
        assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/totp/activate/")
    assert client.get("/accounts/logout/").status_code == 200


def test_with_a_second_factor_staff_reach_their_pages(client_of, settings, secretary):
    settings.STAFF_MFA_REQUIRED = True
    Authenticator.objects.create(user=secretary, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert client_of(secretary).get("/me/").status_code == 200


def test_where_it_is_not_required_staff_reach_their_pages(client_of, settings, secretary):
    settings.STAFF_MFA_REQUIRED = False
    assert client_of(secretary).get("/me/").status_code == 200


def test_delegates_are_never_asked_for_a_second_factor(client_of, settings, saudi_delegate):
    settings.STAFF_MFA_REQUIRED = True
    assert client_of(saudi_delegate).get("/me/").status_code == 200
