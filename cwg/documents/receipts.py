"""Receipts: shown, checked against the register, printed as PDF. Only to who sees the document."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cwg.languages import LANGUAGE_NAMES, current_language
from cwg.look.instants import instant_text
from cwg.look.templatetags.portal import filesize
from cwg.members.requests import PortalRequest
from cwg.record import journal
from cwg.record.models import JournalEntry
from cwg.texts import pdf_out
from cwg.texts.tree import Text, heading, pair, paragraph, title

from .deadlines import VERDICT_LABELS, Verdict
from .filenames import content_disposition
from .models import Document, Receipt


def differences(receipt: Receipt) -> Iterator[str]:
    """What a receipt says and the register does not: a sentence each; nothing where they agree.

    Recomputes the digest of the statement, reads the revision, its sources and files, and the journal's entry.
    """
    revision, said = receipt.revision, receipt.statement
    if journal.digest(said) != receipt.digest:
        yield _("The receipt's own text was changed after it was issued.")
    held = journal.plain(
        {
            "group_name": revision.printed_group,
            "meeting": revision.printed_meeting,
            "place": revision.printed_place,
            "symbol": revision.symbol,
            "title": revision.title,
            "verdict": revision.verdict,
            "available_at": revision.available_at,
            "deadline": revision.deadline_at,
            "sources": [source.printed_as for source in revision.sources.all()],
            "files": [
                {"language": v.language, "name": f.name, "size": f.blob.size, "sha256": f.blob_id}
                for v in revision.versions.all()
                for f in v.files.all()
            ],
        }
    )
    if said["version"] < 2:
        del held["group_name"]
    for name, value in held.items():
        stated = said.get(name)
        if name == "files":
            stated, value = (
                sorted(x, key=lambda f: (f["language"], f["name"], f["sha256"])) for x in (stated, value)
            )
        if stated != value:
            yield _("The register holds something else under “%(name)s”.") % {"name": name}
    entry = JournalEntry.objects.filter(
        chain=revision.document.register.chain,
        act__in=["registered", "revised"],
        facts__revision=revision.pk,
    ).first()
    if entry is None or entry.facts.get("receipt") != receipt.digest:
        yield _("The journal does not name this receipt.")


def visible_receipt(request: PortalRequest, code: str) -> Receipt:
    """The receipt of that code if this person sees its document. Raises Http404."""
    receipts = Receipt.objects.filter(
        revision__document__in=Document.objects.visible_to(request.rights)
    ).select_related("revision__document__register__group", "revision__slot")
    return get_object_or_404(
        receipts.prefetch_related("revision__sources", "revision__versions__files__blob"), code=code
    )


def _shown(receipt: Receipt) -> dict:
    """The receipt's own statement, word for word, as `components/receipt.html` takes it."""
    said = receipt.statement
    return {
        "symbol": said["symbol"],
        "url": receipt.revision.document.get_absolute_url(),
        "title": said["title"],
        "source": ", ".join(said["sources"]),
        "available_at": _instant(said["available_at"]),
        "deadline_at": _instant(said["deadline"]),
        "rule": said["rule"],
        "verdict": said["verdict"],
        "submitted_by": said["submitted_by"],
        "number": receipt.code,
        "address": f"{settings.PORTAL_URL}{receipt.get_absolute_url()}",
        "files": [{**file, "language": LANGUAGE_NAMES[file["language"]]} for file in said["files"]],
    }


def _instant(text: str | None) -> datetime | None:
    return parse_datetime(text) if text else None


@require_safe
def receipt(request: PortalRequest, code: str) -> HttpResponse:
    found = visible_receipt(request, code)
    said = found.statement
    arrived, at = _instant(said["arrived_at"]), _instant(said["available_at"])
    assert arrived and at  # every receipt states both
    return render(
        request,
        "documents/receipt.html",
        {
            "receipt": found,
            "shown": _shown(found),
            "document": found.revision.document,
            "statement": said,
            "seat_zone": said["zone"],
            "arrived_at": arrived,
            "waited": at - arrived,
            "differences": list(differences(found)),
            "checked_at": request.server_now,
        },
    )


@require_safe
def receipt_pdf(request: PortalRequest, code: str) -> HttpResponse:
    found = visible_receipt(request, code)
    response = HttpResponse(as_pdf(found, current_language()), content_type=pdf_out.MEDIA_TYPE)
    name = f"receipt_{found.statement['symbol'].replace('/', '-')}.pdf"
    response["Content-Disposition"] = content_disposition(name)
    response["Cache-Control"] = "private, no-store"
    return response


def as_pdf(receipt: Receipt, language: str) -> bytes:
    """The receipt as PDF, labels in the active language (`language`, two letters), facts from its statement."""
    said, shown = receipt.statement, _shown(receipt)
    zone = said["zone"]

    def both(instant: datetime) -> str:
        return f"{instant_text(instant, zone, 'exact')}\n{instant_text(instant, 'UTC', 'exact')}"

    pairs = [
        (_("Symbol"), said["symbol"]),
        (_("Title"), said["title"]),
        (_("Source"), shown["source"]),
        (_("Meeting"), f"{said['meeting']}, {said['place']}"),
        (_("Available on the Group's website"), both(shown["available_at"])),
    ]
    if shown["deadline_at"]:
        pairs.append((_("Deadline"), both(shown["deadline_at"])))
    if said["rule"]:
        pairs.append((_("Rule"), f"{said['rule']} ({said['rule_source']})"))
    pairs.append((_("Verdict"), str(VERDICT_LABELS[Verdict(said["verdict"])])))
    if said["requested_in_session"]:
        pairs.append((_("Requested in session"), said["requested_in_session"]))
    pairs += [
        (_("Submitted by"), said["submitted_by"]),
        (_("Receipt"), receipt.code),
        (_("Digest of this receipt (SHA-256)"), receipt.digest),
    ]
    # One under the other, not in columns: the digest is the longest word of the page and must stay whole.
    files = [
        (f"{f['language']}\n{filesize(f['size'])}", f"{f['name']}\nSHA-256\n{f['sha256']}")
        for f in shown["files"]
    ]
    blocks = (
        title(_("Receipt")),
        *(pair(label, value) for label, value in pairs),
        heading(1, _("Files")),
        *(pair(label, value) for label, value in files),
        paragraph(_("This receipt can be checked at %(address)s") % {"address": shown["address"]}),
    )
    return pdf_out.to_pdf(Text(_("Receipt"), language, blocks), header=said["symbol"], replace_missing=True)
