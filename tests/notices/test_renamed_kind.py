"""Events and wishes of before go under the new name of the mail about a document."""

from importlib import import_module

import pytest
from django.apps import apps

from cwg.notices import outbox
from cwg.notices.models import Event, Preference
from tests import factories
from tests.tampering import as_owner

migration = import_module("cwg.notices.migrations.0002_document_registered")
pytestmark = pytest.mark.django_db


def test_events_and_preferences_take_the_new_name_and_back(saudi_delegate, saudi_focal_point):
    outbox.tell(migration.OLD, key="7", at=factories.NOW)
    outbox.tell("news", key="7", at=factories.NOW)
    Preference.objects.create(person=saudi_delegate, kind=migration.OLD, wanted=True)
    forward, back = (
        migration._rename(migration.OLD, migration.NEW),
        migration._rename(migration.NEW, migration.OLD),
    )
    with as_owner():
        forward(apps, None)
    assert set(Event.objects.values_list("kind", "key")) == {
        ("document_registered", "document_registered:7"),
        ("news", "news:7"),
    }
    assert Preference.objects.get().kind == "document_registered"
    with as_owner():
        back(apps, None)
    assert Event.objects.filter(kind=migration.OLD, key="contribution_registered:7").exists()


def test_a_wish_under_the_new_name_is_the_later_one(saudi_delegate):
    for kind, wanted in ((migration.OLD, True), (migration.NEW, False)):
        Preference.objects.create(person=saudi_delegate, kind=kind, wanted=wanted)
    with as_owner():
        migration._rename(migration.OLD, migration.NEW)(apps, None)
    assert list(Preference.objects.values_list("kind", "wanted")) == [("document_registered", False)]
