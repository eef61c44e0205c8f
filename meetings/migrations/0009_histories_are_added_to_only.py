"""Histories are added to only: who changed what, and why, is neither rewritten nor emptied."""

from django.db import migrations

TABLES = [
    "meetings_historicalmeeting",
    "meetings_historicalsitting",
    "meetings_historicalrequest",
    "meetings_historicaladdressee",
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


class Migration(migrations.Migration):
    dependencies = [("meetings", "0008_rows_in_order_without_joins"), ("record", "0002_append_only")]
    operations = [migrations.RunSQL(added_only(table), as_before(table)) for table in TABLES]
