"""The list of documents and a document's page: who sees what, revisions, verdicts, withdrawal."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from pypdf import PdfReader

from cwg.documents import register
from cwg.documents.models import Document, PolicyIssue, Revision
from cwg.members.models import Role
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def dg_2(held, dg):
    return factories.make_register(dg, opens_at=held.at + timedelta(days=10))


def symbols_of(client, **params) -> list[str]:
    response = client.get("/documents/", params)
    assert response.status_code == 200
    return [row.symbol for row in response.context["rows"]]


# --- The list -----------------------------------------------------------------------------------------------------


def test_the_list_holds_what_the_person_may_read(client_of, dg_2, saudi_delegate, nobody):
    other = factories.make_register(factories.make_group("CWG-Internet"), 11)
    foreign = factories.accredit_once("focal.fra@test.example", other.group, Role.FOCAL_POINT, "FRA")
    factories.make_document(dg_2)
    factories.make_document(other, actor=foreign, sources=(factories.state_source("FRA"),))
    assert symbols_of(client_of(saudi_delegate)) == ["DG-2/1"]
    assert symbols_of(client_of(foreign)) == ["CWG-Internet-11/1"]
    assert symbols_of(client_of(nobody)) == []
    assert "You are not a member of a group" in client_of(nobody).get("/documents/").content.decode()


def test_an_empty_list_says_so_to_whoever_reads_a_group(client_of, saudi_delegate):
    assert "No documents yet" in client_of(saudi_delegate).get("/documents/").content.decode()


def test_what_is_not_announced_is_listed_for_those_who_prepare_it_only(
    client_of, dg, saudi_delegate, secretary
):
    draft = factories.make_register(dg, 5, announced=False)
    factories.make_document(draft)
    assert symbols_of(client_of(secretary)) == ["DG-5/1"]
    assert symbols_of(client_of(saudi_delegate)) == []


def test_the_list_needs_a_person(client, dg_2):
    assert client.get("/documents/").status_code == 302


def test_search_finds_words_in_title_text_source_and_symbol(client_of, dg_2, saudi_delegate):
    factories.make_document(
        dg_2, "On spam", summary="Unwanted mail", versions=(factories.version_line(text="About phishing"),)
    )
    factories.make_document(
        dg_2,
        "关于多语种",
        sources=(factories.state_source("SYR"),),
        versions=(factories.version_line("zh", "国际互联网公共政策"),),
    )
    client = client_of(saudi_delegate)
    assert symbols_of(client, q="SPAM") == ["DG-2/1"]
    assert symbols_of(client, q="phishing unwanted") == ["DG-2/1"]
    assert symbols_of(client, q="syria") == ["DG-2/2"]
    assert symbols_of(client, q="互联网") == ["DG-2/2"]
    assert symbols_of(client, q="dg 2/2 rev 1") == ["DG-2/2"]
    assert symbols_of(client, q="spam nowhere") == []
    assert symbols_of(client, q="100% _") == []


def test_search_and_filters_give_no_hint_of_what_is_hidden(client_of, dg_2, saudi_delegate, nobody):
    factories.make_document(dg_2, "On spam")
    assert symbols_of(client_of(saudi_delegate), q="spam") == ["DG-2/1"]
    content = client_of(nobody).get("/documents/", {"q": "spam"}).content.decode()
    assert "DG-2" not in content and "Dedicated Group, meeting" not in content
    assert client_of(nobody).get("/documents/", {"meeting": dg_2.slug}).status_code == 400


def test_the_text_of_a_withdrawn_document_is_closed_to_search(client_of, dg_2, saudi_delegate):
    document = factories.make_document(dg_2, versions=(factories.version_line(text="About phishing"),))
    client = client_of(saudi_delegate)
    assert symbols_of(client, q="phishing") == ["DG-2/1"]
    register.withdraw(document, actor=saudi_delegate, reason="A mistake")
    assert symbols_of(client, q="phishing") == []
    assert symbols_of(client, q="multilingualization") == ["DG-2/1"]


@pytest.mark.parametrize("query", ["page=0", "page=x", "page=99", "page=%C2%B2", "page=-1"])
def test_a_page_that_is_not_there_is_404(client_of, dg_2, saudi_delegate, query):
    factories.make_document(dg_2)
    assert client_of(saudi_delegate).get(f"/documents/?{query}").status_code == 404


@pytest.mark.parametrize(
    "query", ["kind=x", "meeting=x", "language=xx", "source=x", "sort=x", f"q={'x' * 201}"]
)
def test_malformed_filters_are_bad_requests(client_of, dg_2, saudi_delegate, query):
    assert client_of(saudi_delegate).get(f"/documents/?{query}").status_code == 400


def test_fifty_a_page(client_of, held, dg_2, saudi_delegate):
    document = factories.make_document(dg_2)
    Document.objects.bulk_create(
        Document(
            register=dg_2,
            series=document.series,
            number=n,
            symbol=f"DG-2/{n}",
            path=f"dg-2/{n}",
            kind=document.kind,
            title="x",
            available_at=held.at,
        )
        for n in range(2, 54)
    )
    Revision.objects.bulk_create(
        Revision(document=d, position=1, available_at=held.at, verdict="no_rule", **d.register.as_printed())
        for d in Document.objects.filter(number__gt=1)
    )
    client = client_of(saudi_delegate)
    assert len(symbols_of(client)) == 50
    assert len(symbols_of(client, page="2")) == 3


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_a_constant_number(client_of, dg_2, saudi_delegate, django_assert_num_queries, count):
    for number in range(count):
        factories.make_document(dg_2, f"Document {number}")
    client = client_of(saudi_delegate)
    with django_assert_num_queries(12):
        client.get("/documents/")


# --- A document's page --------------------------------------------------------------------------------------------


def test_the_page_shows_header_verdict_files_and_receipt(client_of, dg_2, saudi_delegate):
    issue = PolicyIssue.objects.create(list_name="Resolution 1305", number=6, title="Spam")
    document = factories.make_document(
        dg_2,
        "On <script>spam</script>",
        summary="What it says",
        action_required="To note",
        references="DG-1/1",
        issue_ids=(issue.pk,),
    )
    revision = document.original
    content = client_of(saudi_delegate).get(document.get_absolute_url()).content.decode()
    for text in (
        "DG-2/1",
        "On &lt;script&gt;spam&lt;/script&gt;",
        "What it says",
        "To note",
        "Original: English",
        "Saudi Arabia",
        "In time",
        "24 hours before the start of the meeting",
        revision.receipt.get_absolute_url(),
        revision.versions.get().files.get().blob_id,
        "Member States only",
        "Spam",
    ):
        assert text in content
    assert "<script>spam" not in content


def test_not_visible_is_answered_as_not_there(client_of, dg_2, saudi_delegate, nobody, administrator):
    document = factories.make_document(dg_2)
    urls = [document.get_absolute_url(), reverse("documents:cover", args=[document.path])]
    for url in urls:
        assert client_of(saudi_delegate).get(url).status_code == 200
        for person in (nobody, administrator):
            hidden = client_of(person).get(url)
            missing = client_of(person).get(url.replace("dg-2/1", "dg-2/9"))
            assert hidden.status_code == missing.status_code == 404


def test_who_is_not_signed_in_reads_public_documents_and_is_otherwise_sent_to_sign_in(
    client, dg_2, saudi_delegate
):
    document = factories.make_document(dg_2)
    url = document.get_absolute_url()
    for address in (url, "/documents/dg-2/99/", "/documents/dg-2/99/cover.pdf"):
        response = client.get(address)
        assert response.status_code == 302 and response["Location"].startswith("/accounts/login/")
    register.change_disclosure(document, "public", actor=saudi_delegate, reason="The Group decided so")
    content = client.get(url).content.decode()
    assert "On multilingualization" in content
    # The receipt names people, and the meeting is not theirs to see.
    assert "/receipts/" not in content and "/meetings/" not in content


def test_another_group_reads_what_is_disclosed_to_the_membership(client_of, dg_2, saudi_delegate):
    member = factories.accredit(
        "d@fra.example", factories.make_group("CWG-Internet"), Role.DELEGATE, "FRA"
    ).person
    document = factories.make_document(dg_2)
    assert client_of(member).get(document.get_absolute_url()).status_code == 404
    register.change_disclosure(document, "membership", actor=saudi_delegate, reason="x")
    response = client_of(member).get(document.get_absolute_url())
    assert response.status_code == 200
    assert f"/meetings/{dg_2.slug}/" not in response.content.decode()


def test_a_link_ends_with_the_accreditation(client_of, held, dg, dg_2):
    document = factories.make_document(dg_2)
    seat = factories.accredit("d@lva.example", dg, Role.DELEGATE, "LVA", until=held.at + timedelta(hours=1))
    client = client_of(seat.person)
    assert client.get(document.get_absolute_url()).status_code == 200
    held.forward(hours=1)
    assert client.get(document.get_absolute_url()).status_code == 404


def test_a_revision_supersedes_and_the_old_text_stays_readable(client_of, held, dg_2, saudi_delegate):
    document = factories.make_document(dg_2)
    held.forward(hours=1)
    factories.make_document(
        dg_2,
        "On many languages",
        revises_id=document.pk,
        revision_kind="rev",
        versions=(factories.version_line(text="New"),),
    )
    corrected = (factories.version_line("fr", "Corrigé"),)
    factories.make_document(
        dg_2, "x", revises_id=document.pk, revision_kind="corr", language="fr", versions=corrected
    )
    response = client_of(saudi_delegate).get(document.get_absolute_url())
    entries = {entry.anchor: entry for entry in response.context["entries"]}
    assert list(entries) == ["corr-1-fr", "rev-1", "original"]
    assert (entries["rev-1"].current, entries["original"].superseded) == (True, True)
    assert entries["original"].superseded_by == "DG-2/1(Rev.1)"
    assert not entries["corr-1-fr"].superseded
    content = response.content.decode()
    old = document.original.versions.get().files.get()
    assert reverse("documents:file", args=[old.pk]) in content
    assert "On many languages" in content


def test_a_withdrawn_document_keeps_symbol_and_notice_and_closes_its_files(client_of, dg_2, saudi_delegate):
    document = factories.make_document(dg_2, summary="What it says")
    file = reverse("documents:file", args=[document.original.versions.get().files.get().pk])
    client = client_of(saudi_delegate)
    assert file in client.get(document.get_absolute_url()).content.decode()
    register.withdraw(document, actor=saudi_delegate, reason="Sent by mistake")
    content = client.get(document.get_absolute_url()).content.decode()
    for text in ("DG-2/1", "has been withdrawn", "Sent by mistake"):
        assert text in content
    assert file not in content and "What it says" not in content


def test_the_owning_delegation_is_offered_to_change_its_document(
    client_of, dg_2, saudi_delegate, syrian_delegate
):
    document = factories.make_document(dg_2)
    offer = f"/contributions/change/{document.pk}/?kind=rev"
    assert offer in client_of(saudi_delegate).get(document.get_absolute_url()).content.decode()
    assert offer not in client_of(syrian_delegate).get(document.get_absolute_url()).content.decode()


def test_an_archive_says_what_is_not_known(client_of, dg, saudi_delegate):
    opened = datetime(2009, 2, 12, 8, tzinfo=UTC)
    archive = factories.make_register(dg, 1, opens_at=opened, origin="archive", with_rule=False)
    series = archive.series.create(code="")
    document = Document.objects.create(
        register=archive,
        series=series,
        path="dg-1/saudi-arabia",
        kind="contribution_action",
        available_at=opened,
        undated=True,
        note="Known from the report only.",
    )
    revision = Revision.objects.create(
        document=document,
        position=1,
        available_at=opened,
        verdict="not_measured",
        **archive.as_printed(),
    )
    revision.versions.create(language="en", text_held=False)
    client = client_of(saudi_delegate)
    content = client.get(document.get_absolute_url()).content.decode()
    for text in (
        "Symbol not known",
        "Date not known",
        "Title not known",
        "text not held",
        "Time not recorded",
    ):
        assert text in content
    assert "Known from the report only." in content
    listed = client.get("/documents/").content.decode()
    assert "title not known" in listed and "09:00" not in listed


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_a_constant_number(client_of, dg_2, saudi_delegate, django_assert_num_queries, count):
    document = factories.make_document(dg_2)
    for number in range(count):
        factories.make_document(
            dg_2,
            revises_id=document.pk,
            revision_kind="rev",
            versions=(factories.version_line("en", f"A{number}"), factories.version_line("fr", f"B{number}")),
        )
    client = client_of(saudi_delegate)
    with django_assert_num_queries(11):
        client.get(document.get_absolute_url())


def test_the_cover_sheet_is_a_pdf_of_the_header(client_of, dg_2, saudi_delegate):
    document = factories.make_document(dg_2)
    response = client_of(saudi_delegate).get(reverse("documents:cover", args=[document.path]))
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'attachment; filename="DG-2-1_cover.pdf"'
    printed = " ".join(PdfReader(io.BytesIO(response.content)).pages[0].extract_text().split())
    assert "Timing 24 hours before the start of the meeting: In time" in printed


@pytest.mark.parametrize("address", ["/documents/../settings/", "/documents/%2e%2e/x/", "/documents/a b/1/"])
def test_odd_addresses_are_404(client_of, saudi_delegate, address):
    assert client_of(saudi_delegate).get(address).status_code == 404
