"""TRUNCATE passes by triggers on rows: the runs of the verification are kept from it as the journal is."""

from django.db import migrations

GUARD = """
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON record_verificationrun
    FOR EACH STATEMENT EXECUTE FUNCTION cwg_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("record", "0007_verification_runs")]
    operations = [migrations.RunSQL(GUARD, "DROP TRIGGER never_truncated ON record_verificationrun")]
