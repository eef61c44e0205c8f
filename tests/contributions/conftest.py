"""What most tests of contributions stand on: an announced meeting, a delegation's draft for it, and its document."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from contributions.models import Contribution
from cwg.documents.models import Document, Register
from tests import drafts, factories


@pytest.fixture
def register(dg, held) -> Register:
    """Of a meeting in thirty days: whatever rule the group takes over, its deadline is ahead."""
    return factories.make_register(dg, opens_at=held.at + timedelta(days=30))


@pytest.fixture
def deadline(register) -> datetime:
    """Of the 24-hour rule."""
    return register.opens_at - timedelta(hours=24)


@pytest.fixture
def draft(dg, register, saudi_focal_point) -> Contribution:
    return drafts.make_draft(dg, register, by=saudi_focal_point)


@pytest.fixture
def document(draft, saudi_focal_point) -> Document:
    return drafts.submit(draft, saudi_focal_point).receipt.revision.document


@pytest.fixture
def browser(client_of, saudi_focal_point) -> Client:
    return client_of(saudi_focal_point)


@pytest.fixture
def everybody(
    saudi_delegate, saudi_focal_point, syrian_delegate, syrian_focal_point, secretary, chair, bureau, auditor
):
    return [
        saudi_delegate, saudi_focal_point, syrian_delegate, syrian_focal_point, secretary, chair, bureau, auditor
    ]  # fmt: skip
