"""Receipts: shown to who sees the document, checked against the register, printed."""

import html
import io
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from pypdf import PdfReader

from cwg.documents import receipts, rulebook
from cwg.documents.deadlines import DECISION_556
from cwg.documents.models import Document, Receipt
from cwg.texts.tree import words
from tests import factories
from tests.tampering import past_the_triggers

pytestmark = pytest.mark.django_db


@pytest.fixture
def document(held, dg) -> Document:
    return factories.make_document(factories.make_register(dg, opens_at=held.at + timedelta(days=10)))


def test_a_receipt_says_what_was_registered_and_that_it_matches(client_of, document, syrian_delegate):
    receipt = Receipt.objects.get()
    content = client_of(syrian_delegate).get(receipt.get_absolute_url()).content.decode()
    for text in (
        "DG-2/1",
        "Saudi Arabia",
        "In time",
        "Matches the register",
        receipt.code,
        receipt.digest,
        receipt.statement["files"][0]["sha256"],
    ):
        assert text in content


def test_who_does_not_see_the_document_does_not_see_its_receipt(client_of, client, document, nobody, chair):
    receipt = Receipt.objects.get()
    for name in ("receipt", "receipt-pdf"):
        url = reverse(f"documents:{name}", args=[receipt.code])
        assert client_of(chair).get(url).status_code == 200
        assert client_of(nobody).get(url).status_code == 404
        assert client.get(url).status_code == 302
    assert client_of(chair).get("/receipts/not-there/").status_code == 404


def test_the_receipt_is_printed_as_pdf_with_every_digest_whole(client_of, document, saudi_delegate):
    receipt = Receipt.objects.get()
    url = reverse("documents:receipt-pdf", args=[receipt.code])
    response = client_of(saudi_delegate).get(url)
    assert response.content.startswith(b"%PDF-")
    text = PdfReader(io.BytesIO(response.content)).pages[0].extract_text()
    for file in receipt.statement["files"]:
        assert file["sha256"] in text
    assert response["Content-Disposition"] == 'attachment; filename="receipt_DG-2-1.pdf"'


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE documents_receipt SET statement = jsonb_set(statement, '{title}', '\"Another\"')",
        "UPDATE documents_revision SET title = 'Another'",
        "UPDATE documents_source SET printed_as = 'Another'",
    ],
)
def test_a_receipt_that_no_longer_matches_says_so(client_of, document, saudi_delegate, change):
    receipt = Receipt.objects.get()
    assert list(receipts.differences(receipt)) == []
    # As somebody would who has the database and switches its triggers off.
    past_the_triggers(change)
    response = client_of(saudi_delegate).get(receipt.get_absolute_url())
    assert "Does not match the register" in response.content.decode()


def test_the_page_and_the_pdf_print_every_fact(client_of, document, saudi_delegate):
    receipt = Receipt.objects.get()
    client = client_of(saudi_delegate)
    page = re.sub(r"<[^>]+>", "", client.get(receipt.get_absolute_url()).content.decode())
    pdf = client.get(reverse("documents:receipt-pdf", args=[receipt.code])).content
    text = " ".join(PdfReader(io.BytesIO(pdf)).pages[0].extract_text().split())
    shown = receipts.printed(receipt)
    assert len(shown.all_facts) == 14
    for fact in shown.all_facts:
        assert words(fact.label) in text, fact
        for line in words(fact.value).split("\n"):
            assert line in text, fact
    for fact in (shown.symbol, shown.title, *shown.facts, shown.number, *shown.checks):
        for line in words(fact.value).split("\n"):
            assert line in html.unescape(page), fact


def test_what_was_let_in_after_a_deadline_is_late_under_the_rule_and_not_called_unregistered(
    client_of, held, dg, saudi_delegate
):
    rulebook.row_of(DECISION_556[1], dg).save()
    factories.twenty_four_hours()
    register = factories.make_register(dg, opens_at=held.at + timedelta(days=10))
    document = factories.make_document(register)
    held.move_to(register.opens_at)
    factories.make_document(register, revises_id=document.pk, revision_kind="rev", same_bytes=True)
    receipt = Receipt.objects.get(revision__kind="rev")
    assert {line["verdict"] for line in receipt.statement["rules"]} == {"late_kept", "late_flagged"}
    for address in (receipt.get_absolute_url(), document.get_absolute_url()):
        page = client_of(saudi_delegate).get(address).content.decode()
        assert "Each rule" in page and "not registered" not in page
    told = html.unescape(client_of(saudi_delegate).get(receipt.get_absolute_url()).content.decode())
    assert "24 hours before the start of the meeting: Late; deadline" in told


def test_a_receipt_of_version_1_names_the_group_by_its_code_and_is_printed(
    client_of, document, saudi_delegate
):
    past_the_triggers(
        "UPDATE documents_receipt SET statement = (statement - 'group_name') || '{\"version\": 1}'"
    )
    receipt = Receipt.objects.get()
    group = next(fact for fact in receipts.printed(receipt).facts if words(fact.label) == "Group")
    assert words(group.value) == "DG"
    assert not [said for said in receipts.differences(receipt) if "group_name" in said]
    client = client_of(saudi_delegate)
    for address in (receipt.get_absolute_url(), reverse("documents:receipt-pdf", args=[receipt.code])):
        assert client.get(address).status_code == 200
