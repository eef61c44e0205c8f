"""TRUNCATE passes by triggers on rows: what is never changed or deleted is kept from it too."""

from django.db import migrations

TABLES = [
    "documents_document",
    "documents_revision",
    "documents_source",
    "documents_version",
    "documents_file",
    "documents_receipt",
    "documents_signedstatement",
    "documents_publishedheads",
]


def guard(table: str) -> str:
    return f"""
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION cwg_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0012_a_deadline_ends_for_one_meeting")]
    operations = [
        migrations.RunSQL(guard(table), f"DROP TRIGGER never_truncated ON {table}") for table in TABLES
    ]
