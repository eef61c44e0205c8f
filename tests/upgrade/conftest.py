"""Each release that is kept, upgraded to this one and restored into it: once for all tests of a module."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.upgrade.released import Installation, Release, releases


@pytest.fixture(scope="module", params=releases(), ids=lambda release: release.folder.name)
def release(request) -> Release:
    return request.param


@pytest.fixture(scope="module")
def installation(release: Release, tmp_path_factory) -> Iterator[Installation]:
    """A portal with an empty database, which each module fills its own way."""
    made = Installation(release, tmp_path_factory.mktemp("installation"))
    with made.database():
        yield made


@pytest.fixture
def file_folder(installation: Installation) -> Path:
    return installation.files


@pytest.fixture
def portal(filled: Installation, storage, django_db_blocker) -> Iterator[Installation]:
    """This process as a web process of the installation that the module has filled."""
    with django_db_blocker.unblock(), filled.in_use():
        yield filled
