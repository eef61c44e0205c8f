"""Verify compares what delegations sent with what the register holds."""

import pytest

from contributions import verification
from contributions.models import Contribution
from cwg import clock
from tests import factories
from tests.drafts import make_draft, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def submitted(held, dg, saudi_focal_point):
    register = factories.make_register(dg, 3)
    draft = make_draft(dg, register, by=saudi_focal_point)
    assert submit(draft, saudi_focal_point).receipt is not None
    return Contribution.objects.get(pk=draft.pk)


def test_it_finds_nothing_in_what_was_submitted_and_registered(submitted):
    assert list(verification.submitted_stands()) == []


def test_it_finds_a_file_that_was_not_sent(submitted):
    submitted.files.all().delete()
    assert any("files" in fault for fault in verification.submitted_stands())


def test_it_finds_another_title_and_another_lead(submitted):
    Contribution.objects.filter(pk=submitted.pk).update(
        title="Something else", state=factories.make_state("FRA")
    )
    faults = " ".join(verification.submitted_stands())
    assert "title" in faults
    assert "lead" in faults


def test_it_finds_a_document_in_another_meeting(submitted, dg):
    other = factories.make_register(
        dg, 4, opens_at=clock.now() + (submitted.register.opens_at - clock.now()) * 2
    )
    Contribution.objects.filter(pk=submitted.pk).update(register=other)
    assert any("another meeting" in fault for fault in verification.submitted_stands())
