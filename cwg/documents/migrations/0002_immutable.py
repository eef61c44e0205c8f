"""What was registered stays as it was: revisions, sources, versions, files, receipts, and a document's symbol."""

from django.db import migrations

IMMUTABLE = [
    "documents_revision",
    "documents_source",
    "documents_version",
    "documents_file",
    "documents_receipt",
]

TRIGGERS = "".join(
    f"""
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION cwg_refuse_change();
"""
    for table in IMMUTABLE
)

# A document's place in the register is fixed; title, disclosure and withdrawal change by verbs.
DOCUMENT = """
CREATE TRIGGER symbol_is_fixed BEFORE UPDATE ON documents_document FOR EACH ROW
    WHEN ((OLD.register_id, OLD.series_id, OLD.number, OLD.symbol, OLD.path, OLD.available_at)
        IS DISTINCT FROM (NEW.register_id, NEW.series_id, NEW.number, NEW.symbol, NEW.path, NEW.available_at))
    EXECUTE FUNCTION cwg_refuse_change();
CREATE TRIGGER withdrawn_stays_withdrawn BEFORE UPDATE ON documents_document FOR EACH ROW
    WHEN (OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at)
    EXECUTE FUNCTION cwg_refuse_change();
CREATE TRIGGER never_deleted BEFORE DELETE ON documents_document
    FOR EACH ROW EXECUTE FUNCTION cwg_refuse_change();
CREATE TRIGGER bytes_are_fixed BEFORE UPDATE ON documents_blob FOR EACH ROW
    WHEN ((OLD.sha256, OLD.size) IS DISTINCT FROM (NEW.sha256, NEW.size))
    EXECUTE FUNCTION cwg_refuse_change();
CREATE TRIGGER instant_is_fixed BEFORE UPDATE ON documents_deadline FOR EACH ROW
    WHEN ((OLD.register_id, OLD.rule_id, OLD.instant, OLD.terms) IS DISTINCT FROM
        (NEW.register_id, NEW.rule_id, NEW.instant, NEW.terms))
    EXECUTE FUNCTION cwg_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial"), ("record", "0002_append_only")]
    operations = [migrations.RunSQL(TRIGGERS + DOCUMENT, migrations.RunSQL.noop)]
