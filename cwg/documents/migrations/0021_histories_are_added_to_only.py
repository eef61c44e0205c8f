"""Histories are added to only: who changed what, and why, is neither rewritten nor emptied.

A deadline is superseded and never deleted, and neither deadlines nor stored files are emptied at once.
"""

from django.db import migrations

TABLES = [
    "documents_historicaldocument",
    "documents_historicaldeadlinerule",
    "documents_historicalpolicyissue",
]


def added_only(table: str) -> str:
    return f"""
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION cwg_refuse_change();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION cwg_refuse_change();
"""


def as_before(table: str) -> str:
    return f"DROP TRIGGER never_changed ON {table}; DROP TRIGGER never_truncated ON {table}"


REST = """
CREATE TRIGGER never_deleted BEFORE DELETE ON documents_deadline
    FOR EACH ROW EXECUTE FUNCTION cwg_refuse_change();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON documents_deadline
    FOR EACH STATEMENT EXECUTE FUNCTION cwg_refuse_change();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON documents_blob
    FOR EACH STATEMENT EXECUTE FUNCTION cwg_refuse_change();
"""
REST_AS_BEFORE = """
DROP TRIGGER never_deleted ON documents_deadline;
DROP TRIGGER never_truncated ON documents_deadline;
DROP TRIGGER never_truncated ON documents_blob;
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0020_damaged_bytes_in_order"), ("record", "0002_append_only")]
    operations = [
        *[migrations.RunSQL(added_only(table), as_before(table)) for table in TABLES],
        migrations.RunSQL(REST, REST_AS_BEFORE),
    ]
