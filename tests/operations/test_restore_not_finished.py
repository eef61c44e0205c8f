"""The page of an act on a chain of which the storage knows more than the database: nothing is given a number twice."""

import json

import pytest

from contributions.models import Contribution
from cwg.documents.models import Document
from cwg.record import copy_mark, copying, restore_guard
from tests import drafts, factories
from tests.contributions.submit_pages import plain, press_submit, url

pytestmark = pytest.mark.django_db


def test_nothing_is_registered_the_draft_stays_and_the_same_button_submits_it_later(
    dg, storage, saudi_focal_point, client_of
):
    register = factories.make_register(dg)
    draft = drafts.make_draft(dg, register, by=saudi_focal_point)
    token = str(drafts.token_for(draft, saudi_focal_point))
    copying.catch_up()
    path = storage / copy_mark.PATH
    told = json.loads(path.read_bytes())
    register.refresh_from_db()
    told["lengths"][str(register.chain)] = register.chain_length + 5
    path.write_text(json.dumps(told))
    copy_mark.look(copying.store, closely=True)
    browser = client_of(saudi_focal_point)
    with drafts.nothing_changes(draft):
        answer = press_submit(browser, draft, token)
    page = plain(answer)
    assert answer.status_code == 503 and answer["Retry-After"] == "300"
    assert "Nothing was changed" in page and "restore-not-finished" in page
    assert f'name="token" value="{token}"' in answer.content.decode()
    assert f'action="{url("submit", draft)}"' in answer.content.decode()
    restore_guard.forget_lengths()  # as the restore does, once it has gone on
    assert press_submit(browser, draft, token).status_code == 302
    assert Contribution.objects.get(pk=draft.pk).status == Contribution.Status.SUBMITTED
    assert Document.objects.count() == 1
