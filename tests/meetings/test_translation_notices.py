"""A translation that was added is told to readers whose language it is, and who ask for it."""

from datetime import timedelta

import pytest

from cwg.documents import register as the_register
from cwg.documents.models import Document
from cwg.members.models import Person, Role
from cwg.notices.models import Event, Notice, Preference
from cwg.record import jobs
from tests import factories

pytestmark = pytest.mark.django_db

KIND = "translation_added"


@pytest.fixture
def document(held, dg) -> Document:
    return factories.make_document(factories.make_register(dg, opens_at=held.at + timedelta(days=10)))


@pytest.fixture
def francophone(dg) -> Person:
    return wants(factories.accredit("fra@test.example", dg, Role.DELEGATE, "FRA").person, "fr")


def wants(person: Person, language: str, wanted: bool = True) -> Person:
    person.language = language
    person.save(update_fields=["language"])
    Preference.objects.create(person=person, kind=KIND, wanted=wanted)
    return person


def told() -> list[tuple[Person, str]]:
    """Whom a sweep told, and how it ended."""
    jobs.run("notices")
    return [(notice.person, notice.status) for notice in Notice.objects.filter(event__kind=KIND)]


def test_a_reader_of_that_language_who_asks_for_it_gets_a_link(
    document, francophone, secretary, held, mailoutbox
):
    version = factories.add_translation(document, actor=secretary)
    event = Event.objects.get(kind=KIND)
    assert (event.facts, event.happened_at) == ({"version": version.pk}, held.at)
    assert told() == [(francophone, Notice.Status.SENT)]
    (mail,) = [mail for mail in mailoutbox if mail.to == [francophone.email]]
    assert "DG-2/1" in mail.subject and document.get_absolute_url() in mail.body
    assert "La traduction" not in mail.body


def test_nobody_is_told_who_has_not_asked(document, dg, secretary):
    person = factories.accredit("fra@test.example", dg, Role.DELEGATE, "FRA").person
    person.language = "fr"
    person.save(update_fields=["language"])
    factories.add_translation(document, actor=secretary)
    assert told() == []


def test_other_languages_and_other_groups_are_not_told(document, dg, secretary, francophone):
    wants(factories.accredit("rus@test.example", dg, Role.DELEGATE, "RUS").person, "ru")
    stranger = factories.accredit(
        "stranger@test.example", factories.make_group("OTHER"), Role.DELEGATE, "SEN"
    )
    wants(stranger.person, "fr")
    factories.add_translation(document, actor=secretary)
    assert told() == [(francophone, Notice.Status.SENT)]


def test_what_was_withdrawn_or_replaced_meanwhile_is_no_news(
    document, francophone, secretary, saudi_delegate
):
    factories.add_translation(document, text="Faux.", actor=secretary)
    factories.add_translation(document, text="Juste.", actor=secretary, reason="Wrong file")
    assert sorted(status for _, status in told()) == sorted([Notice.Status.DROPPED, Notice.Status.SENT])
    factories.add_translation(document, "ru", actor=secretary)
    francophone.language = "ru"
    francophone.save(update_fields=["language"])
    the_register.withdraw(document, actor=saudi_delegate, reason="A mistake")
    assert Notice.Status.SENT not in [status for _, status in told()[2:]]
