"""The index of the search, and what tells which documents it lacks: each new revision, version and text, by a trigger.

It is made by a background job (`search-index`); until then all documents are found as before.
"""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

JUDGED = "the triggers add a row beside what is written, for which the release before has the right as well"

WANTED = """
CREATE FUNCTION cwg_index_document() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'documents_revision' THEN
        INSERT INTO documents_toindex (document_id) VALUES (NEW.document_id);
    ELSIF TG_TABLE_NAME = 'documents_version' THEN
        INSERT INTO documents_toindex (document_id)
            SELECT document_id FROM documents_revision WHERE id = NEW.revision_id;
    ELSE
        INSERT INTO documents_toindex (document_id)
            SELECT DISTINCT r.document_id FROM documents_file f
            JOIN documents_version v ON v.id = f.version_id JOIN documents_revision r ON r.id = v.revision_id
            WHERE f.blob_id = NEW.sha256;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER is_indexed AFTER INSERT ON documents_revision
    FOR EACH ROW EXECUTE FUNCTION cwg_index_document();
CREATE TRIGGER is_indexed AFTER INSERT ON documents_version
    FOR EACH ROW EXECUTE FUNCTION cwg_index_document();
CREATE TRIGGER is_indexed AFTER UPDATE OF text ON documents_blob
    FOR EACH ROW WHEN (NEW.text IS DISTINCT FROM OLD.text) EXECUTE FUNCTION cwg_index_document();
INSERT INTO documents_toindex (document_id) SELECT id FROM documents_document ORDER BY id;
"""
AS_BEFORE = """
DROP TRIGGER is_indexed ON documents_revision;
DROP TRIGGER is_indexed ON documents_version;
DROP TRIGGER is_indexed ON documents_blob;
DROP FUNCTION cwg_index_document();
"""


def grant(apps, schema_editor):
    """Before the triggers, which write for whoever registers; all other privileges come after the last migration."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        if cursor.fetchone()[0] != settings.DATABASE_ROLE:
            role = schema_editor.connection.ops.quote_name(settings.DATABASE_ROLE)
            cursor.execute(f"GRANT INSERT ON documents_toindex TO {role}")


class Migration(migrations.Migration):
    dependencies = [("documents", "0024_texts_to_be_read")]
    operations = [
        migrations.CreateModel(
            name="ToIndex",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="documents.document",
                    ),
                ),
            ],
            options={"ordering": ["pk"]},
        ),
        migrations.CreateModel(
            name="Passage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "part",
                    models.PositiveSmallIntegerField(choices=[(0, "Names"), (1, "Summary"), (2, "Text")]),
                ),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("ar", "Arabic"),
                            ("zh", "Chinese"),
                            ("en", "English"),
                            ("fr", "French"),
                            ("ru", "Russian"),
                            ("es", "Spanish"),
                        ],
                        max_length=2,
                    ),
                ),
                ("start", models.PositiveIntegerField(default=0)),
                ("length", models.PositiveIntegerField(default=0)),
                ("words", django.contrib.postgres.search.SearchVectorField()),
                (
                    "blob",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="documents.blob",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="passages",
                        to="documents.document",
                    ),
                ),
            ],
            options={
                "ordering": ["document_id", "part", "pk"],
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["words"], name="passage_by_words")
                ],
            },
        ),
        migrations.RunPython(grant, migrations.RunPython.noop),
        migrations.RunSQL(WANTED, AS_BEFORE),
    ]
