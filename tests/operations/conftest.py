"""For the tests of backup and restore: a database that can be lost, and a portal at work on it."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection

from cwg import clock
from cwg.documents.models import Document
from cwg.members.models import Session
from cwg.notices import outbox
from cwg.notices.models import Event, Notice
from cwg.record import copying
from tests import factories
from tests.database.base import OWNER, hand_over, login
from tests.operations.lost_database import NAME, revise, server
from tests.programs import postgres_client


@pytest.fixture
def own_database(transactional_db, django_db_blocker, monkeypatch, settings):
    """A migrated empty database of this test's own, real transactions and all; Django talks to it meanwhile.

    `transactional_db`: so that the database that it is made from is there even when only such tests run.
    """
    monkeypatch.setenv("CWG_PG_BIN", postgres_client())
    with django_db_blocker.unblock():
        connection.close()
        template = connection.settings_dict["NAME"]
        server(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)", f"CREATE DATABASE {NAME} TEMPLATE {template}")
        connection.settings_dict["NAME"] = NAME
        hand_over(connection.settings_dict)
        # Commands that need the owner sign in as the owner for real.
        owner = login(OWNER, connection.settings_dict)
        settings.DATABASE_OWNER = {
            "NAME": NAME,
            "USER": owner.user,
            "PASSWORD": owner.password,
            "OPTIONS": dict(owner.options),
        }
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = template
            server(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")


@pytest.fixture
def portal(own_database):
    """Two documents in a register, the second revised once; mail on its way; somebody signed in."""
    group = factories.make_group("WG-WSIS")
    register = factories.make_register(group, 14)
    for title in ("One", "Two"):
        factories.make_document(register, title)
    revise(Document.objects.get(number=2))
    person = factories.make_person("waiting@test.example")
    event = Event.objects.create(
        kind="registered", key="registered:1", happened_at=clock.now(), expanded_at=clock.now()
    )
    Notice.objects.create(
        event=event,
        person=person,
        address=person.email,
        due_at=clock.now(),
        message_id="<waiting@test.example>",
    )
    outbox.tell("registered", key="2", at=clock.now(), group=group)
    Session.objects.create(
        session_key="k" * 32,
        session_data="",
        expire_date=clock.now() + timedelta(days=1),
        seen_at=clock.now(),
    )
    copying.catch_up()
    return register


@pytest.fixture
def folder(portal, tmp_path):
    """The backups: one, with two documents of which the second was revised once."""
    call_command("backup", str(tmp_path / "backups"))
    return tmp_path / "backups"


@pytest.fixture
def issued_since(folder, portal) -> list[Document]:
    """Three documents that the backup does not have."""
    return [factories.make_document(portal, title) for title in ("Three", "Four", "Five")]
