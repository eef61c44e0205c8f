"""Acts on an account, each on a page with a reason: who looks after it, what becomes of it, what is not offered."""

import pytest
from django.urls import reverse

from cwg.members.models import Person
from cwg.notices import expansion
from cwg.notices.models import Event, Notice
from cwg.record.models import AccessEntry

pytestmark = pytest.mark.django_db


def page(person, act: str) -> str:
    return reverse("members:person-act", args=[person.pk, act])


def test_an_account_is_closed_with_a_reason_and_opened_again(secretary, saudi_delegate, client_of):
    client, theirs = client_of(secretary), client_of(saudi_delegate)
    assert theirs.get("/meetings/").status_code == 200
    assert client.get(page(saudi_delegate, "close")).status_code == 200
    assert client.post(page(saudi_delegate, "close"), {"reason": " "}).status_code == 422
    assert Person.objects.get(pk=saudi_delegate.pk).is_active
    assert client.post(page(saudi_delegate, "close"), {"reason": "Lost the telephone"}).status_code == 302
    assert theirs.get("/meetings/").status_code == 302
    offered = client.get(reverse("members:person", args=[saudi_delegate.pk])).content.decode()
    assert page(saudi_delegate, "open") in offered and page(saudi_delegate, "close") not in offered
    assert client.post(page(saudi_delegate, "open"), {"reason": "Found again"}).status_code == 302
    assert Person.objects.get(pk=saudi_delegate.pk).is_active
    assert [h.history_change_reason for h in saudi_delegate.history.all()[:2]] == [
        "Found again",
        "Lost the telephone",
    ]


@pytest.mark.parametrize("is_active", [True, False])
def test_a_mail_is_promised_only_to_who_gets_one(secretary, saudi_delegate, client_of, is_active):
    saudi_delegate.is_active = is_active
    saudi_delegate.save()
    client, said = client_of(secretary), "Both addresses are told."
    asked = client.get(page(saudi_delegate, "address")).content.decode()
    done = client.post(
        page(saudi_delegate, "address"), {"email": "new@mcit.gov.sa", "reason": "Moved"}, follow=True
    ).content.decode()
    for text in (asked, done):
        assert (said in text) is is_active
        assert ("The account is closed: nobody is told." in text) is not is_active
    expansion.expand_due()
    assert Notice.objects.exists() is is_active


def test_an_account_that_is_closed_already_is_said_to_be(secretary, saudi_delegate, client_of):
    client = client_of(secretary)
    client.post(page(saudi_delegate, "close"), {"reason": "once"})
    answer = client.post(page(saudi_delegate, "close"), {"reason": "twice"})
    assert answer.status_code == 409
    assert "No change: this is already the case." in answer.content.decode()
    assert saudi_delegate.history.first().history_change_reason == "once"


@pytest.mark.parametrize("act", ["close", "open", "new-password"])
def test_nobody_acts_on_their_own_account(act, secretary, client_of):
    assert client_of(secretary).get(page(secretary, act)).status_code == 404
    assert client_of(secretary).post(page(secretary, act), {"reason": "x"}).status_code == 404
    assert Person.objects.get(pk=secretary.pk).is_active
    assert not Event.objects.exists()


@pytest.mark.parametrize("act", ["close", "new-password"])
@pytest.mark.parametrize("who", ["saudi_focal_point", "chair", "auditor", "nobody"])
def test_for_nobody_else_there_is_such_a_page(act, who, saudi_delegate, client_of, request):
    client = client_of(request.getfixturevalue(who))
    assert client.get(page(saudi_delegate, act)).status_code == 404
    assert client.post(page(saudi_delegate, act), {"reason": "x"}).status_code == 404
    assert Person.objects.get(pk=saudi_delegate.pk).is_active
    assert not Event.objects.exists()


def test_a_link_for_a_new_password_goes_to_the_person(secretary, saudi_delegate, client_of):
    client = client_of(secretary)
    assert client.get(page(saudi_delegate, "new-password")).status_code == 200
    assert not Event.objects.exists()
    assert client.post(page(saudi_delegate, "new-password")).status_code == 302
    sent = AccessEntry.objects.get(act="password_reset_sent")
    assert (sent.person_id, sent.subject) == (secretary.pk, f"person {saudi_delegate.pk}")
    assert Event.objects.get(kind="password_reset").facts == {"person": saudi_delegate.pk}
