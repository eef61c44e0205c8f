"""What must hold between a delegation's drafts and the register, for `manage.py verify`."""

from collections.abc import Iterator

from django.db.models import Prefetch

from cwg.documents import filed_for
from cwg.documents.models import File, Revision, Source
from cwg.members.models import Office

from .models import Contribution


def register(checks) -> None:
    checks.register("I8 what was submitted stands in the register as it was sent", submitted_stands)
    checks.register("I8 the secretariat files for others and not for itself", filed_for_others)


def submitted_stands() -> Iterator[str]:
    """Every submitted draft against its revision: meeting, title, lead, files of each language."""
    submitted = (
        Contribution.objects.filter(status=Contribution.Status.SUBMITTED)
        .select_related("revision__document", "revision__filed_for")
        .prefetch_related(
            "files",
            "letters",
            "revision__filed_for__letters",
            Prefetch("revision__sources", Source.objects.filter(is_lead=True)),
        )
    )
    for contribution in submitted.iterator(chunk_size=200):
        revision = contribution.revision
        if revision is None:  # a constraint of the database refuses it
            continue
        if revision.document.register_id != contribution.register_id:
            yield f"{revision.symbol}: registered for another meeting than it was submitted to"
        if revision.title != contribution.title:
            yield f"{revision.symbol}: its title is not the one that was submitted"
        if [source.belongs(contribution) for source in revision.sources.all()] != [True]:
            yield f"{revision.symbol}: its lead is not who submitted it"
        yield from _came_as_sent(contribution, revision)
        sent = sorted((file.language, file.blob_id) for file in contribution.files.all())
        held = sorted(
            # A translation that the secretariat added later was not submitted.
            File.objects.filter(version__revision=revision, version__added_at=None).values_list(
                "version__language", "blob_id"
            )
        )
        if sent != held:
            yield f"{revision.symbol}: its files are not those that were submitted"


def filed_for_others() -> Iterator[str]:
    """No secretariat's paper is filed for it: it writes itself."""
    by_itself = Contribution.objects.filter(filed_for_another=True, office__kind=Office.Kind.SECRETARIAT)
    for pk in by_itself.values_list("pk", flat=True):
        yield f"draft {pk}: filed by the secretariat for a secretariat"


def _came_as_sent(contribution: Contribution, revision: Revision) -> Iterator[str]:
    """By whose hand and how it came stands in the register as the draft had it, with the letter."""
    kept = filed_for.of(revision)
    sent = (contribution.filed_for_another, contribution.came_by, contribution.dated)
    if sent != ((True, kept.came_by, kept.dated) if kept else (False, "", None)):
        yield f"{revision.symbol}: it came otherwise than it was submitted"
    letters = [letter.blob_id for letter in contribution.letters.all()]
    if letters != ([letter.blob_id for letter in kept.letters.all()] if kept else []):
        yield f"{revision.symbol}: its letter is not the one that was submitted"
