"""The record and the register are append-only, by the database itself and not by good manners."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION cwg_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: these rows are never changed', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""


def append_only(table: str) -> str:
    return f"""
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION cwg_refuse_change();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION cwg_refuse_change();
"""


TABLES = ["record_journalentry", "record_accessentry", "record_accessseal"]


class Migration(migrations.Migration):
    dependencies = [("record", "0001_initial")]
    operations = [
        migrations.RunSQL(REFUSE, "DROP FUNCTION cwg_refuse_change() CASCADE"),
        *[migrations.RunSQL(append_only(table), migrations.RunSQL.noop) for table in TABLES],
    ]
