"""What is never changed is never emptied either: by the database itself, whoever asks."""

import pytest
from django.db import IntegrityError, connection

from cwg.record import keeping
from tests.tampering import as_owner

pytestmark = pytest.mark.django_db


def test_what_the_apps_say_of_their_rows_is_what_the_migrations_made():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger t JOIN pg_proc p ON p.oid = tgfoid"
            " WHERE p.proname = 'cwg_refuse_change'"
        )
        made = set(cursor.fetchall())
    said = {(table, name) for table, kept in keeping.protected().items() for name in kept.triggers}
    assert said == made
    tables = {table for table, _ in made}
    assert {"record_journalentry", "documents_receipt", "members_historicalperson"} <= tables
    # TRUNCATE passes by what stands on rows.
    assert {(table, keeping.NEVER_TRUNCATED) for table in tables} <= made


@pytest.mark.parametrize("table", sorted(keeping.protected()))
def test_truncate_is_refused_even_to_the_owner(table):
    with pytest.raises(IntegrityError, match="TRUNCATE"), as_owner() as cursor:
        cursor.execute(f"TRUNCATE {table} CASCADE")
