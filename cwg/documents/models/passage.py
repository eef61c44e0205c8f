"""The index that documents are found by: what each says, by its words. Made from the register, and at any time made anew."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from cwg.languages import LANGUAGES


class Passage(models.Model):
    """The words of a stretch of what a document says: of its names, its summary, or so many characters of a text.

    No key binds it to the document's row: whoever makes an index must not hold up who registers a change of it.
    """

    class Part(models.IntegerChoices):
        """`NAMES` (title, symbol, sources) are found of a withdrawn document as well, the others of no such."""

        NAMES = 0
        SUMMARY = 1
        TEXT = 2

    document = models.ForeignKey(
        "documents.Document", models.DO_NOTHING, db_constraint=False, related_name="passages"
    )
    part = models.PositiveSmallIntegerField(choices=Part.choices)
    # Of a text: in which language, of which file, from which of its characters, and how many.
    language = models.CharField(max_length=2, choices=LANGUAGES, blank=True)
    blob = models.ForeignKey(
        "documents.Blob", models.DO_NOTHING, db_constraint=False, null=True, related_name="+"
    )
    start = models.PositiveIntegerField(default=0)
    length = models.PositiveIntegerField(default=0)
    words = SearchVectorField()

    class Meta:
        ordering = ["document_id", "part", "pk"]
        indexes = [GinIndex(fields=["words"], name="passage_by_words")]

    def __str__(self) -> str:
        return f"{self.document_id}, {self.get_part_display()}, {self.language} {self.start}"


class ToIndex(models.Model):
    """That a document's passages are to be made: a row for each time that it was registered or changed, which triggers write.

    Until then it is found by reading the register (`search`).
    """

    document = models.ForeignKey(
        "documents.Document", models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    # Its passages are missing, or are not what it says now. False: they are made anew, and it is found by them meanwhile.
    is_stale = models.BooleanField(default=True, db_default=True)
    # Where they could not be made: when that is tried again.
    due_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.document_id)
