"""A receipt says what came later, apart from what it states."""

import html
import io
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from pypdf import PdfReader

from cwg.documents import aftermath, receipts, register
from cwg.documents.aftermath import State
from cwg.documents.models import Document, Receipt
from cwg.record import journal, replay
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def document(held, dg) -> Document:
    """DG-2/1, an hour ago."""
    made = factories.make_document(factories.make_register(dg, opens_at=held.at + timedelta(days=10)))
    held.forward(hours=1)
    return made


@pytest.fixture
def receipt(document) -> Receipt:
    return Receipt.objects.get()


def change(document: Document, kind: str, language: str = "", **filing) -> Document:
    filing.setdefault("versions", (factories.version_line(text=f"{kind} {language}"),))
    return factories.make_document(
        document.register, revises_id=document.pk, revision_kind=kind, language=language, **filing
    )


def told(receipt: Receipt) -> list[str]:
    """The sentences, with their symbols."""
    fresh = Receipt.objects.get(pk=receipt.pk)
    return ["".join(run.text for run in each.runs) for each in aftermath.of(fresh)]


def state(receipt: Receipt) -> State | None:
    return aftermath.state_of(aftermath.of(Receipt.objects.get(pk=receipt.pk)))


def page_of(client, receipt: Receipt) -> str:
    content = client.get(receipt.get_absolute_url()).content.decode()
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", content)).split())


def test_nothing_came_later_and_the_page_says_so(client_of, receipt, saudi_delegate):
    assert told(receipt) == [] and state(receipt) is None
    page = page_of(client_of(saudi_delegate), receipt)
    assert "Since then" in page and "Nothing came later." in page
    assert "At registration: In time" in page


def test_a_rev_supersedes_and_what_comes_after_it_is_of_the_later_text(document, receipt):
    change(document, "rev")
    change(document, "corr")
    change(document, "rev", title="Again")
    assert told(receipt) == [
        "Superseded by DG-2/1(Rev.1)",
        "The later text was corrected by DG-2/1(Corr.1)",
        "The later text was superseded by DG-2/1(Rev.2)",
    ]
    assert state(receipt) is State.SUPERSEDED
    assert told(Receipt.objects.get(revision__kind="rev", revision__number=1)) == [
        "Corrected by DG-2/1(Corr.1)",
        "Superseded by DG-2/1(Rev.2)",
    ]
    assert told(Receipt.objects.get(revision__number=2)) == []


def test_a_rev_of_the_sponsors_alone_supersedes_and_leaves_the_files(document, receipt):
    change(document, "rev", same_bytes=True)
    change(document, "corr")
    assert told(receipt) == [
        "Superseded by DG-2/1(Rev.1), in which only the sponsors changed; the files are the same",
        "Corrected by DG-2/1(Corr.1)",
    ]
    assert state(receipt) is State.SUPERSEDED


def test_a_corrigendum_of_one_language_says_which(document, receipt):
    change(document, "corr", "en")
    assert told(receipt) == ["Corrected by DG-2/1(Corr.1)-E, English only"]
    assert state(receipt) is None


def test_an_addendum_extends(document, receipt):
    change(document, "add")
    assert told(receipt) == ["Extended by DG-2/1(Add.1)"] and state(receipt) is None


def test_a_corrigendum_is_overtaken_by_a_rev_that_replaces_the_text(document):
    change(document, "corr")
    receipt = Receipt.objects.get(revision__kind="corr")
    change(document, "rev", same_bytes=True)
    assert state(receipt) is None
    change(document, "rev", title="Another")
    assert told(receipt) == [
        "The sponsors of the document changed with DG-2/1(Rev.1); its files are the same",
        "Overtaken: the text that it corrects was superseded by DG-2/1(Rev.2)",
    ]
    assert state(receipt) is State.OVERTAKEN


def test_an_addendum_stays_when_the_text_is_replaced(document):
    change(document, "add")
    receipt = Receipt.objects.get(revision__kind="add")
    change(document, "rev")
    change(document, "add")
    change(document, "corr")
    assert told(receipt) == [
        "The text of the document was superseded by DG-2/1(Rev.1)",
        "The document was extended by DG-2/1(Add.2)",
        "The document was corrected by DG-2/1(Corr.1)",
    ]
    assert state(receipt) is None


def test_a_receipt_of_a_withdrawn_document_says_when_and_why_and_keeps_its_statement(
    client_of, document, receipt, saudi_delegate
):
    stated = dict(receipt.statement)
    register.withdraw(document, actor=saudi_delegate, reason="Sent by mistake")
    assert told(receipt) == ["Withdrawn\nReason: Sent by mistake"] and state(receipt) is State.WITHDRAWN
    page = page_of(client_of(saudi_delegate), receipt)
    assert "At registration: In time Withdrawn since" in page
    assert "Withdrawn Reason: Sent by mistake" in page and "2 March 2026, 11:00 CET" in page
    assert "Matches the register" in page
    assert Receipt.objects.get().statement == stated
    assert list(receipts.differences(Receipt.objects.get())) == []


def test_who_may_read_it_is_told_without_the_reason_and_only_what_came_after(
    document, receipt, saudi_delegate, held
):
    register.change_disclosure(document, "public", actor=saudi_delegate, reason="Agreed in the corridor")
    held.forward(hours=1)
    change(document, "rev")
    later = Receipt.objects.get(revision__kind="rev")
    assert told(receipt) == [
        "Who may read it changed: “Member States only” became “Public”",
        "Superseded by DG-2/1(Rev.1)",
    ]
    assert told(later) == []
    # At the very instant of the registration, and after it: the journal knows which came first.
    register.change_disclosure(document, "membership", actor=saudi_delegate, reason="Asked by the chair")
    assert told(later) == ["Who may read it changed: “Public” became “ITU membership”"]


def test_a_disclosure_that_a_restore_has_lost_is_not_told(document, receipt, saudi_delegate):
    register.change_disclosure(document, "public", actor=saudi_delegate, reason="Agreed")
    assert len(told(receipt)) == 1
    with register.acting_on(document.register_id) as (locked, at):
        lost = {"chain": str(locked.chain), "first": locked.chain_length, "last": locked.chain_length}
        facts = lost | {"symbols": [], "numbers": {}, "revisions": [], "other_acts": []}
        journal.append(locked, replay.ACT, at=at, actor_id=None, facts=facts)
    assert told(receipt) == []


def test_another_documents_disclosure_is_none_of_this_receipt(document, receipt, saudi_delegate):
    other = factories.make_document(document.register, "Another")
    register.change_disclosure(other, "public", actor=saudi_delegate, reason="Agreed")
    assert told(receipt) == []
    assert len(told(Receipt.objects.get(revision__document=other))) == 1


def test_the_page_leads_to_what_came_later_and_the_pdf_prints_it(
    client_of, document, receipt, saudi_delegate
):
    change(document, "rev")
    client = client_of(saudi_delegate)
    page = client.get(receipt.get_absolute_url()).content.decode()
    section = page[page.index('id="since"') :]
    assert f'href="{document.get_absolute_url()}#rev-1"' in section
    assert 'href="#since">Superseded since</a>' in page
    pdf = client.get(reverse("documents:receipt-pdf", args=[receipt.code])).content
    printed = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())
    assert (
        "Since then This is no part of the receipt: it is read from the register as of 2 March 2026"
        in printed
    )
    assert "Superseded by DG-2/1(Rev.1)" in printed and "Nothing came later." not in printed


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_as_often_for_three_changes_as_for_one(
    client_of, document, receipt, saudi_delegate, django_assert_num_queries, count
):
    for number in range(count):
        change(document, "rev", title=f"Title {number}")
        register.change_disclosure(
            document, ["public", "membership", "public"][number], actor=saudi_delegate, reason="Agreed"
        )
    client = client_of(saudi_delegate)
    with django_assert_num_queries(13):
        client.get(receipt.get_absolute_url())
