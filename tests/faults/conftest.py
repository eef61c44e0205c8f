"""The portal behind nginx, as fixtures. The long runs stay out of the gate: `pytest -m long` asks for them."""

import copy
from pathlib import Path

import pytest

from tests.faults import proxy


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "long" in config.option.markexpr:
        return
    long = [item for item in items if item.get_closest_marker("long")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("nginx")


@pytest.fixture(scope="module")
def front(place, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), proxy.portal(place) as front:
        yield front


@pytest.fixture
def own_front(django_db_setup, django_db_blocker, transactional_db, tmp_path):
    """One that the test may end."""
    with proxy.portal(tmp_path) as front:
        yield front


@pytest.fixture
def stored_there(storage, settings, place):
    """The files of the test and those of the portal behind nginx are the same."""
    storages = copy.deepcopy(settings.STORAGES)
    for name in ("default", "documents"):
        storages[name]["OPTIONS"]["location"] = str(place / "files")
    storages["documents"]["OPTIONS"]["file_permissions_mode"] = 0o640
    settings.STORAGES = storages
