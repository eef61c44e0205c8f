"""What a person wants to hear of."""

import pytest

from cwg.notices import kinds, preferences
from cwg.notices.models import Preference
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return factories.make_person("p@test.example")


def test_without_a_choice_the_default_of_the_kind_holds(person, settable_news):
    assert not preferences.wants(person, "news")
    kinds.register(settable_news.kind(label="News", default=True))
    assert preferences.wants(person, "news")


def test_a_choice_holds_and_can_be_changed(person, settable_news):
    preferences.set_wanted(person, "news", True)
    assert preferences.wants(person, "news")
    preferences.set_wanted(person, "news", False)
    assert not preferences.wants(person, "news")
    assert Preference.objects.count() == 1


def test_a_kind_without_a_label_is_always_wanted_and_cannot_be_set(person, news):
    assert preferences.wants(person, "news")
    for name in ("news", "nobody_knows"):
        with pytest.raises(preferences.NotSettable):
            preferences.set_wanted(person, name, False)
    assert not Preference.objects.exists()


def test_the_settings_page_is_given_every_kind_that_can_be_set(person, settable_news):
    preferences.set_wanted(person, "news", True)
    assert ("news", True) in [(kind.name, wanted) for kind, wanted in preferences.of(person)]


def test_many_are_asked_in_one_query(person, settable_news, django_assert_num_queries):
    others = [factories.make_person(f"o{n}@test.example") for n in range(3)]
    preferences.set_wanted(others[0], "news", True)
    with django_assert_num_queries(1):
        assert preferences.wanting([person, *others], kinds.get("news")) == {others[0].pk}
