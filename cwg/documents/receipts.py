"""Receipts: shown, checked against the register, printed as PDF. Only to who sees the document."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cwg.languages import LANGUAGE_NAMES, current_language
from cwg.look.instants import duration_text, instant_text
from cwg.look.templatetags.portal import filesize
from cwg.members.requests import PortalRequest
from cwg.texts import moments, pdf_out
from cwg.texts.references import itself
from cwg.texts.tree import (
    UNDETERMINED,
    Block,
    Run,
    Runs,
    Text,
    around,
    heading,
    pair,
    paragraph,
    row,
    title,
    words,
)

from . import aftermath, comparison, filed_for, judgements, lost_numbers, symbols, verdicts
from .filenames import content_disposition
from .finding import receipt_or_404
from .models import Receipt


def differences(receipt: Receipt) -> Iterator[str]:
    """What a receipt says and the register or the journal does not: a sentence each; nothing where they agree."""
    if not comparison.is_untouched(receipt):
        yield _("The receipt's own text was changed after it was issued.")
    for found in comparison.of_receipt(receipt):
        yield _("The register holds something else under “%(name)s”.") % {"name": found.name}
    if comparison.entry_of(receipt) is None:
        yield _("The journal does not name this receipt.")


@dataclass(frozen=True)
class Printed:
    """What a receipt says, each fact once, for its page and its PDF: from its statement, not from the register of today.

    Labels and values in the active language. `symbol`, `title`, `verdict` and `number` head the page; `facts` follow,
    and `checks` stand where it is compared with the register. `files` are name, language, size (bytes) and sha256.
    """

    symbol: Block
    title: Block
    verdict: Block
    number: Block
    facts: tuple[Block, ...]
    checks: tuple[Block, ...]
    files: tuple[dict[str, Any], ...]
    # The code of the verdict, for its badge.
    verdict_code: str
    # Where the document and the receipt stand, the latter with the name of the portal.
    url: str
    address: str

    @property
    def all_facts(self) -> list[Block]:
        """All labels and values, as a paper lists them."""
        return [self.symbol, self.title, *self.facts, self.verdict, self.number, *self.checks]


def printed(receipt: Receipt) -> Printed:
    """The receipt as it is shown and printed."""
    said = receipt.statement
    zone, arrived, at = said["zone"], _instant(said["arrived_at"]), _instant(said["available_at"])
    deadline = _instant(said["deadline"])
    assert arrived and at  # every receipt states both
    # Version 1 knows the group by its code alone.
    facts = [
        pair(_("Source"), ", ".join(said["sources"])),
        *_how_it_came(said),
        pair(_("Group"), said.get("group_name", said["group"])),
        pair(_("Meeting"), ", ".join(part for part in (said["meeting"], said["place"]) if part)),
        pair(_("Available on the Group's website"), _in_both_zones(at, zone)),
    ]
    if deadline:
        facts.append(pair(_("Deadline"), _in_both_zones(deadline, zone)))
    if said["rule"]:
        facts.append(pair(_("Rule"), said["rule"], language=UNDETERMINED))
    told = judgements.read(said.get("rules"), zone)
    if len(told) > 1 or any(each.departure for each in told):
        facts.append(pair(_("Each rule"), "\n".join(judgements.text_of(each) for each in told)))
    facts.append(pair(_("Submitted by"), said["submitted_by"]))
    checks = [pair(_("SHA-256 of this receipt"), receipt.digest)]
    if came := said.get("filed_for"):
        checks.append(
            pair(_("SHA-256 of the list of the letter's files"), came["letter"] or _("no letter is kept"))
        )
    if said["rule_source"]:
        checks.append(pair(_("Source of the rule"), said["rule_source"], language=UNDETERMINED))
    if said["requested_in_session"]:
        checks.append(
            pair(_("Requested by the meeting"), said["requested_in_session"], language=UNDETERMINED)
        )
    checks.append(pair(_("Reached the portal"), moments.runs(arrived, zone, "exact")))
    if (waited := (at - arrived).total_seconds()) >= 1:
        checks.append(pair(_("Waited for its turn"), duration_text(waited)))
    return Printed(
        symbol=pair(_("Symbol"), Run(said["symbol"], reference=said["symbol"])),
        title=pair(_("Title"), said["title"], language=UNDETERMINED),
        verdict=pair(str(verdicts.HEADING), str(verdicts.words(said["verdict"]).sentence)),
        number=pair(_("Receipt"), receipt.code),
        facts=tuple(facts),
        checks=tuple(checks),
        files=tuple(file | {"language": str(LANGUAGE_NAMES[file["language"]])} for file in said["files"]),
        verdict_code=said["verdict"],
        url=receipt.revision.document.get_absolute_url(),
        address=f"{settings.PORTAL_URL}{receipt.get_absolute_url()}",
    )


def _since(receipt: Receipt, at: datetime) -> list[Block]:
    zone = receipt.statement["zone"]
    told = _("This is no part of the receipt: it is read from the register as of %(instant)s.")
    blocks = [paragraph(told % {"instant": instant_text(at, zone)})]
    later = aftermath.of(receipt)
    if not later:
        blocks.append(paragraph(_("Nothing came later.")))
    return [*blocks, *(pair(moments.runs(each.at, zone), each.runs) for each in later)]


def _how_it_came(said: dict[str, Any]) -> list[Block]:
    """By whose hand it came, and how; a version before 4, and a paper that its source sent, says nothing of it."""
    came = said.get("filed_for")
    if not came:
        return []
    dated = parse_date(came["dated"]) if came["dated"] else None
    found = [pair(_("How it came"), filed_for.mark(said["sources"][0], came["came_by"], dated))]
    return [*found, pair(_("Filed by"), came["filed_by"])]


def _in_both_zones(instant: datetime, zone: str) -> Runs:
    """At the seat, and below it in UTC."""
    return (*moments.runs(instant, zone, "exact"), Run("\n"), *moments.runs(instant, "UTC", "exact"))


def _instant(text: str | None) -> datetime | None:
    return parse_datetime(text) if text else None


@require_safe
def receipt(request: PortalRequest, code: str) -> HttpResponse:
    try:
        found = receipt_or_404(request, code)
    except Http404:
        # The journal names the digest of a receipt and not its code: of which lost document it was nobody can say.
        lost = lost_numbers.seen_by(request.rights)
        if not lost:
            raise
        return render(request, "documents/receipt_unknown.html", {"lost": lost}, status=404)
    later = aftermath.of(found)
    return render(
        request,
        "documents/receipt.html",
        {
            "receipt": found,
            "shown": printed(found),
            "document": found.revision.document,
            "objection": filed_for.objection_to(found.revision.document),
            "statement": found.statement,
            "differences": list(differences(found)),
            "later": later,
            "today": aftermath.state_of(later),
            "zone": found.statement["zone"],
            "checked_at": request.server_now,
        },
    )


@require_safe
def receipt_pdf(request: PortalRequest, code: str) -> HttpResponse:
    found = receipt_or_404(request, code)
    response = HttpResponse(
        as_pdf(found, current_language(), at=request.server_now), content_type=pdf_out.MEDIA_TYPE
    )
    name = f"receipt_{symbols.in_file_name(found.statement['symbol'])}.pdf"
    response["Content-Disposition"] = content_disposition(name)
    response["Cache-Control"] = "private, no-store"
    return response


def as_pdf(receipt: Receipt, language: str, *, at: datetime) -> bytes:
    """The receipt as PDF, labels in the active language (`language`, two letters), facts from its statement.

    Below them, apart, what came later as the register has it at the aware instant `at`.
    """
    shown = printed(receipt)
    files = [
        row(f"{file['name']}\nSHA-256 {file['sha256']}", file["language"], filesize(file["size"]))
        for file in shown.files
    ]
    checked = around(
        _("This receipt can be checked at %(address)s"),
        "address",
        Run(shown.address, reference=shown.address),
    )
    blocks = (
        title(_("Receipt")),
        *shown.all_facts,
        heading(1, _("Files")),
        row(_("File"), _("Language"), _("Size"), head=True),
        *files,
        paragraph(checked),
        heading(1, _("Since then")),
        *_since(receipt, at),
    )
    text = Text(f"{_('Receipt')} {words(shown.symbol.value)}", language, blocks)
    return pdf_out.to_pdf(text, header=words(shown.symbol.value), address_of=itself, replace_missing=True)
