"""The page of an act that the database's clock cannot date: what happened, and one button that sends it again."""

from datetime import timedelta

import pytest
from django.db import transaction

from contributions.models import Contribution
from cwg.documents import register as the_register
from cwg.documents.models import Document
from cwg.record import journal
from tests import drafts, factories
from tests.contributions.submit_pages import plain, press_submit, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def ahead(dg, held):
    """A register whose last act is ninety seconds later than the clock."""
    register = factories.make_register(dg)
    with transaction.atomic():
        locked = the_register.lock(register.pk)
        journal.append(locked, "act", at=held.at + timedelta(seconds=90), actor_id=None, facts={})
    return register


def test_nothing_is_registered_the_draft_stays_and_the_same_button_submits_it_later(
    dg, ahead, held, saudi_focal_point, client_of
):
    draft = drafts.make_draft(dg, ahead, by=saudi_focal_point)
    token = str(drafts.token_for(draft, saudi_focal_point))
    browser = client_of(saudi_focal_point)
    with drafts.nothing_changes(draft):
        answer = press_submit(browser, draft, token)
    page = plain(answer)
    assert answer.status_code == 503 and answer["Retry-After"] == "90"
    assert "Nothing was changed" in page and "clock-set-back" in page and "90.000 seconds behind" in page
    assert f'name="token" value="{token}"' in answer.content.decode()
    assert f'action="{url("submit", draft)}"' in answer.content.decode()
    held.forward(seconds=90)
    assert press_submit(browser, draft, token).status_code == 302
    assert Contribution.objects.get(pk=draft.pk).status == Contribution.Status.SUBMITTED
    assert Document.objects.count() == 1
    assert drafts.faults() == []


def test_the_secretariat_sees_it_on_today(ahead, held, secretary, client_of):
    browser = client_of(secretary)
    assert "90.000 seconds behind the newest act" in plain(browser.get("/today/"))
    held.forward(seconds=90)
    assert "behind the newest act" not in plain(browser.get("/today/"))
