"""What every test may ask for: a database whose clock can be held, own file storage, people of a few delegations."""

import copy
import gc
import os
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

import hypothesis
import pytest
from django.test import Client

from cwg import clock
from cwg.members.models import Group, Office, Person, Role
from cwg.record import copy_mark, copying
from tests import factories, matrix_proposals

# How long an example takes, or the making of one, tells of the machine and of who else is at work on it.
hypothesis.settings.register_profile(
    "of the portal", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("of the portal")


def pytest_collection_finish() -> None:
    """What is there by now stays to the end: Python need not look through it again and again for garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter):
    """The rows that failures of the matrix propose come last of all, below the summary."""
    yield
    proposals = matrix_proposals.proposed_in(terminalreporter.stats.get("failed", []))
    if proposals:
        terminalreporter.section("rows of tests/matrix.csv as the portal answers now; judge each cell")
        for proposal in proposals:
            terminalreporter.line(proposal)
        if os.environ.get("CWG_WRITE_MATRIX"):
            terminalreporter.line(f"Written into {matrix_proposals.write(proposals)}.")
        else:
            terminalreporter.line("CWG_WRITE_MATRIX=1 writes the whole matrix with them.")


@pytest.fixture
def file_folder(tmp_path) -> Path:
    """Where the files of the test are. A module whose tests share a database names one place for all of them."""
    return tmp_path / "files"


@pytest.fixture(autouse=True)
def storage(request, settings, file_folder, monkeypatch):
    """A folder of its own for the files of each test; processes that a test starts find it too."""
    storages = copy.deepcopy(settings.STORAGES)
    for name in ("default", "documents"):
        storages[name].setdefault("OPTIONS", {})["location"] = str(file_folder)
    settings.STORAGES = storages
    # What this process knows of the store of the test before.
    copying.store.forget()
    copy_mark.forget()
    monkeypatch.setenv("CWG_STORAGE_DIR", str(file_folder))
    return file_folder


@pytest.fixture(autouse=True)
def _empty_cache(request):
    """Transactional tests flush the models' tables only; counters of throttling must not reach the next test."""
    yield
    mark = request.node.get_closest_marker("django_db")
    names = {"transactional_db", "live_server", "django_db_reset_sequences"}
    if (mark and mark.kwargs.get("transaction")) or names & set(request.fixturenames):
        from django.db import connection

        with request.getfixturevalue("django_db_blocker").unblock(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM cache")


class HeldClock:
    """The clock as a test holds it. `at` is an aware instant in UTC."""

    def __init__(self, stack: ExitStack, instant: datetime):
        self._stack = stack
        self.move_to(instant)

    def move_to(self, instant: datetime) -> datetime:
        self.at = self._stack.enter_context(clock.held_at(instant))
        return self.at

    def forward(self, **span) -> datetime:
        """As `timedelta` takes it: `held.forward(hours=1)`."""
        return self.move_to(self.at + timedelta(**span))


@pytest.fixture
def held():
    """The clock stands at `factories.NOW` until the test moves it."""
    with ExitStack() as stack:
        yield HeldClock(stack, factories.NOW)


@pytest.fixture
def now(held: HeldClock) -> datetime:
    """The instant at which the clock is held when the test begins."""
    return held.at


@pytest.fixture
def dg(db) -> Group:
    """The Dedicated Group, a part of WG-WSIS, open to Member States only."""
    return factories.make_group("DG", name="Dedicated Group", parent=factories.make_group("WG-WSIS"))


@pytest.fixture
def saudi_delegate(dg: Group) -> Person:
    return factories.accredit("delegate.sau@test.example", dg, Role.DELEGATE, "SAU").person


@pytest.fixture
def saudi_focal_point(dg: Group) -> Person:
    return factories.accredit("focal.sau@test.example", dg, Role.FOCAL_POINT, "SAU").person


@pytest.fixture
def syrian_delegate(dg: Group) -> Person:
    return factories.accredit("delegate.syr@test.example", dg, Role.DELEGATE, "SYR").person


@pytest.fixture
def syrian_focal_point(dg: Group) -> Person:
    return factories.accredit("focal.syr@test.example", dg, Role.FOCAL_POINT, "SYR").person


@pytest.fixture
def secretary(dg: Group) -> Person:
    office = factories.make_office(Office.Kind.SECRETARIAT)
    return factories.accredit("secretariat@test.example", dg, Role.SECRETARIAT, office=office).person


@pytest.fixture
def chair(dg: Group) -> Person:
    office = factories.make_office(Office.Kind.CHAIR)
    return factories.accredit("chair@test.example", dg, Role.CHAIR, office=office).person


@pytest.fixture
def bureau(dg: Group) -> Person:
    office = factories.make_office(Office.Kind.BUREAU)
    return factories.accredit("bureau@test.example", dg, Role.BUREAU, office=office).person


@pytest.fixture
def auditor(dg: Group) -> Person:
    return factories.accredit("auditor@test.example", dg, Role.AUDITOR).person


@pytest.fixture
def administrator(dg: Group) -> Person:
    return factories.accredit("administrator@test.example", dg, Role.ADMINISTRATOR).person


@pytest.fixture
def nobody(db) -> Person:
    """A person without any accreditation."""
    return factories.make_person("nobody@test.example")


@pytest.fixture
def client_of(db) -> Callable[[Person], Client]:
    """`client_of(person)`: a browser signed in as that person; CSRF checks as Django's test client has them: off."""

    def signed_in(person: Person, **kwargs) -> Client:
        client = Client(**kwargs)
        client.force_login(person)
        return client

    return signed_in
