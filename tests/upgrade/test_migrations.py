"""A migration that a release contained is never changed: an installation that has run it does not run it again."""

from tests.upgrade.recording import migrations
from tests.upgrade.released import Release


def test_the_migrations_of_a_release_are_as_it_had_them(release: Release):
    then, now = release.facts["migrations"], migrations()
    assert {name: now.get(name, "gone") for name in then} == then
    assert len(then) > 30
