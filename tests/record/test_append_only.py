"""What is never changed is never emptied either: by the database itself."""

import pytest
from django.db import IntegrityError, connection, transaction

pytestmark = pytest.mark.django_db


@pytest.fixture
def never_truncated(db) -> set[str]:
    """The tables that the migrations keep from TRUNCATE, as `conftest.py` has noted them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT oid::regclass::text FROM pg_class WHERE obj_description(oid, 'pg_class') = 'never truncated'"
        )
        return {table for (table,) in cursor.fetchall()}


def test_whatever_is_never_changed_or_deleted_is_never_truncated(never_truncated):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname IN ('never_changed', 'never_deleted')"
        )
        kept = {table for (table,) in cursor.fetchall()}
    assert {"record_journalentry", "documents_receipt", "documents_signedstatement"} <= kept
    assert kept <= never_truncated


def test_truncate_is_refused(never_truncated):
    """The suite empties its tables so, and has taken the triggers off: they are put back for a moment."""
    assert never_truncated
    for table in sorted(never_truncated):
        with connection.cursor() as cursor, pytest.raises(IntegrityError, match="TRUNCATE"):
            with transaction.atomic():
                cursor.execute(
                    f"CREATE TRIGGER never_truncated BEFORE TRUNCATE ON {table}"
                    " FOR EACH STATEMENT EXECUTE FUNCTION cwg_refuse_change()"
                )
                cursor.execute(f"TRUNCATE {table} CASCADE")
