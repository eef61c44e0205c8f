"""The migration from meetings that the clock opened to meetings that an act opens."""

import importlib
from datetime import timedelta

import pytest
from django.apps import apps

from cwg import clock
from cwg.documents.models import Register
from tests import factories

pytestmark = pytest.mark.django_db


def test_what_the_clock_had_opened_was_opened_at_its_opening(dg):
    """Only announced meetings of the portal whose hour had come: by the real clock, as the migration asks."""
    now = clock.now()
    past, ahead = now - timedelta(hours=1), now + timedelta(hours=1)
    begun = factories.make_register(dg, 1, opens_at=past, opened_at=None)
    closed = factories.make_register(dg, 2, opens_at=past, opened_at=None, closed_at=now)
    to_come = factories.make_register(dg, 3, opens_at=ahead)
    draft = factories.make_register(dg, 4, opens_at=past, announced=False)
    archive = factories.make_register(dg, 5, opens_at=past, opened_at=None, origin="archive")
    step = importlib.import_module("cwg.documents.migrations.0011_acts_of_a_meeting")
    step.open_what_the_clock_had_opened(apps, None)
    opened = {register.pk for register in Register.objects.filter(opened_at=past)}
    assert opened == {begun.pk, closed.pk}
    assert not Register.objects.exclude(pk__in=opened).filter(opened_at__isnull=False).exists()
    assert {to_come.pk, draft.pk, archive.pk} == set(
        Register.objects.exclude(pk__in=opened).values_list("pk", flat=True)
    )
