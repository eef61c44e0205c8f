"""What answers a request of the Group is held to the record, whoever changed it past the portal."""

from datetime import timedelta

import pytest

from cwg.documents.models import Document
from meetings import answers
from meetings.models import Addressee
from tests import drafts, factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(held, dg, secretary) -> list[Addressee]:
    meeting = factories.make_meeting(dg, 3, opens_at=held.at - timedelta(hours=1))
    made = factories.ask_for_reports(meeting, secretary)
    return list(made.addressees.shown().order_by("pk"))


@pytest.fixture
def document(dg, asked) -> Document:
    return factories.make_document(factories.make_meeting(dg, 4).register, "A report")


def test_what_was_linked_taken_off_and_linked_again_holds(held, asked, document, secretary):
    for each in asked:
        answers.link(each, document, actor=secretary)
    held.forward(hours=1)
    answers.unlink(asked[0], document, actor=secretary, reason="It speaks of something else")
    assert drafts.faults() == []
    held.forward(hours=1)
    answers.link(asked[0], document, actor=secretary)
    assert drafts.faults() == []


def test_a_link_that_nobody_made_is_found(held, asked, document, secretary):
    rows = Addressee.objects.filter(pk=asked[0].pk)
    rows.update(document=document, linked_at=held.at, linked_by=secretary)
    (fault,) = drafts.faults()
    assert fault.endswith(f"{asked[0].party.record}: the record tells of no such answer")


def test_a_link_that_is_gone_is_found(asked, document, secretary):
    answers.link(asked[0], document, actor=secretary)
    Addressee.objects.filter(pk=asked[0].pk).update(document=None, linked_at=None, linked_by=None)
    (fault,) = drafts.faults()
    assert fault.endswith(f"{asked[0].party.record}: the document that the record tells of is not linked")
