"""A number that was given and lost stays known to whoever sees its register, and to nobody else."""

from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cwg.documents import lost_numbers, restore_gaps, symbols
from cwg.documents.models import Document, Receipt, Register
from cwg.members.models import Role
from cwg.members.rights import rights_of
from cwg.record.models import JournalEntry
from tests import factories
from tests.losing import lose

pytestmark = pytest.mark.django_db

LOST = "/documents/dg-2/2/"


@pytest.fixture
def register(held, dg) -> Register:
    """DG-2/1 is there, DG-2/2 is lost."""
    found = factories.make_register(dg, opens_at=held.at + timedelta(days=10))
    factories.make_document(found)
    lose(found, lambda: factories.make_document(found, "A secret title"))
    return found


@pytest.fixture
def stranger(db):
    """Reads another group."""
    return factories.accredit_once(
        "focal.fra@test.example", factories.make_group("CWG-Internet"), Role.FOCAL_POINT, "FRA"
    )


def revise(document: Document) -> None:
    factories.make_document(
        document.register,
        revises_id=document.pk,
        revision_kind="rev",
        versions=(factories.version_line(text="Revised"),),
    )


def said(rights) -> list[tuple[str, bool]]:
    return [(str(lost.symbol), lost.named) for lost in lost_numbers.seen_by(rights)]


def test_the_journal_tells_what_is_lost_to_who_sees_the_register(register, saudi_delegate, stranger, nobody):
    assert said(rights_of(saudi_delegate)) == [("DG-2/2", True)]
    assert said(rights_of(stranger)) == said(rights_of(nobody)) == said(rights_of(None)) == []


def test_a_number_that_was_only_passed_over_is_not_said_to_have_been_registered(register, saudi_delegate):
    told = JournalEntry.objects.count()
    locked = Register.objects.select_related("group").get(pk=register.pk)
    assert restore_gaps.tell(locked, ["DG-2/5"], reason="A receipt on paper.", at=register.opens_at)
    assert JournalEntry.objects.count() == told + 1
    lost = {str(each.symbol): each for each in lost_numbers.of_register(locked)}
    assert {symbol: each.named for symbol, each in lost.items()} == {
        "DG-2/2": True,
        "DG-2/3": False,
        "DG-2/4": False,
        "DG-2/5": True,
    }
    assert "a document may have been registered under it" in lost["DG-2/4"].sentence
    assert "A receipt on paper named it" in lost["DG-2/5"].sentence


def test_a_number_that_another_backup_tells_of_is_said_to_be_known_from_there(register):
    locked = Register.objects.select_related("group").get(pk=register.pk)
    restore_gaps.tell(locked, ["DG-2/5"], reason="A backup.", at=register.opens_at, backup="20261127T010000Z")
    lost = {str(each.symbol): each for each in lost_numbers.of_register(locked)}
    assert "Another backup says that it was given" in lost["DG-2/5"].sentence
    assert "a document may have been registered under it" in lost["DG-2/4"].sentence


def test_a_register_without_a_gap_costs_one_query(held, dg, django_assert_num_queries):
    whole = factories.make_register(dg, 7)
    with django_assert_num_queries(1):
        assert lost_numbers.of_register(whole) == []
    with django_assert_num_queries(1):
        assert lost_numbers.of(Register.objects.all()) == []


@pytest.mark.parametrize("count", [1, 3])
def test_several_registers_with_gaps_cost_two_queries(
    held, register, dg, saudi_delegate, django_assert_num_queries, count
):
    for number in range(count):
        other = factories.make_register(dg, 5 + number, opens_at=held.at + timedelta(days=20))
        lose(other, lambda other=other: factories.make_document(other))
    rights = rights_of(saudi_delegate)
    with django_assert_num_queries(2):
        assert len(lost_numbers.seen_by(rights)) == 1 + count


def test_nothing_older_than_asked_for_is_told(register, held):
    told = Register.objects.all()
    assert lost_numbers.of(told, since=held.at)
    assert not lost_numbers.of(told, since=held.at + timedelta(microseconds=1))


def test_each_partial_symbol_means_what_it_leaves_open(register, saudi_delegate):
    rights = rights_of(saudi_delegate)
    for typed, found in (("DG-2/2", 1), ("2/2", 1), ("Doc. 2", 1), ("DG-2/2(Rev.1)", 1), ("DG-3/2", 0)):
        assert len(lost_numbers.meant_by(symbols.parse(typed), rights)) == found, typed


# --- Its address --------------------------------------------------------------------------------------------------


def test_its_address_says_that_it_is_lost(client_of, register, saudi_delegate, held):
    response = client_of(saudi_delegate).get(LOST)
    content = response.content.decode()
    assert response.status_code == 410
    assert "DG-2/2 was registered, and was lost when the portal was restored" in content
    record, lost = reverse("meetings:record", args=[register.slug]), JournalEntry.objects.latest("position")
    assert f"{record}?entry={lost.position}#entry-{lost.position}" in content
    assert f"{record}?entry={lost.position - 1}#entry-{lost.position - 1}" in content, "its registration"
    assert reverse("documents:recipe") in content
    assert "A secret title" not in content and "Saudi Arabia" not in content


def test_the_recipe_says_what_a_reader_meets_there_to_who_has_no_account(client, db):
    content = unescape(client.get(reverse("documents:recipe")).content.decode())
    assert "The address of a document that was lost says so (410, “is lost”)" in content
    assert "Neither page is needed for the check" in content


def test_to_who_does_not_see_the_register_it_is_not_there(
    client_of, client, register, stranger, nobody, dg, held
):
    former = factories.accredit("d@lva.example", dg, Role.DELEGATE, "LVA", until=held.at).person
    for person in (stranger, nobody, former):
        response = client_of(person).get(LOST)
        assert response.status_code == 404
        assert "DG-2/2" not in response.content.decode()
    assert client.get(LOST).status_code == client.get("/documents/dg-2/9/").status_code == 302


@pytest.mark.parametrize("path", ["dg-2/3", "DG-2/2", "dg-2/inf/2", "dg-3/2", "not-a-symbol", "a/b/c/d"])
def test_what_was_never_given_is_not_there(client_of, register, saudi_delegate, path):
    assert client_of(saudi_delegate).get(f"/documents/{path}/").status_code == 404


def test_its_cover_sheet_is_not_there(client_of, register, saudi_delegate):
    assert client_of(saudi_delegate).get(f"{LOST}cover.pdf").status_code == 404


def test_who_may_send_it_again_is_led_there(client_of, register, saudi_delegate, secretary, chair):
    again = f"{reverse('contributions:new')}?meeting={register.slug}"
    assert again in client_of(saudi_delegate).get(LOST).content.decode()
    filing = f"{reverse('contributions:for')}?meeting={register.slug}"
    assert filing in client_of(secretary).get(LOST).content.decode()
    assert filing not in client_of(chair).get(LOST).content.decode()


def test_a_lost_revision_is_told_on_the_page_of_its_document(client_of, register, saudi_delegate, stranger):
    document = Document.objects.get()
    lose(register, lambda: revise(document))
    content = client_of(saudi_delegate).get(document.get_absolute_url()).content.decode()
    assert "DG-2/1(Rev.1) was registered, and was lost" in content and "DG-2/2" not in content
    Document.objects.update(disclosure=Document.Disclosure.MEMBERSHIP)
    content = client_of(stranger).get(document.get_absolute_url()).content.decode()
    assert "was lost" not in content


def test_a_document_that_is_lost_with_its_revision_tells_both(client_of, register, saudi_delegate):
    def register_and_revise():
        revise(factories.make_document(register, "Third"))

    lose(register, register_and_revise)
    content = client_of(saudi_delegate).get("/documents/dg-2/3/").content.decode()
    assert "DG-2/3 was registered" in content and "DG-2/3(Rev.1) was registered" in content


# --- Its receipt --------------------------------------------------------------------------------------------------


def test_an_unknown_receipt_tells_what_its_readers_lost(
    client_of, register, saudi_delegate, stranger, nobody
):
    url = reverse("documents:receipt", args=["0" * 26])
    response = client_of(saudi_delegate).get(url)
    content = response.content.decode()
    assert response.status_code == 404
    assert "This page was not found" in content and "DG-2/2 was registered, and was lost" in content
    for person in (stranger, nobody):
        response = client_of(person).get(url)
        assert response.status_code == 404
        assert "restored" not in response.content.decode()


def test_a_receipt_that_is_hidden_is_answered_as_one_that_never_was(client_of, register, dg, held):
    own = factories.make_register(
        factories.make_group("CWG-Internet"), 11, opens_at=held.at + timedelta(days=9)
    )
    lose(own, lambda: factories.make_document(own))
    reader = factories.accredit_once("focal.fra@test.example", own.group, Role.FOCAL_POINT, "FRA")
    hidden, unknown = (
        client_of(reader).get(reverse("documents:receipt", args=[code])).content.decode()
        for code in (Receipt.objects.get().code, "0" * 26)
    )
    assert "CWG-INTERNET-11/1".lower() in hidden.lower() and "DG-2" not in hidden
    assert hidden.count("<li>") == unknown.count("<li>")


def test_where_nothing_is_lost_an_unknown_receipt_says_no_more(client_of, held, dg, saudi_delegate):
    factories.make_register(dg)
    content = client_of(saudi_delegate).get(reverse("documents:receipt", args=["0" * 26])).content.decode()
    assert "restored" not in content


# --- The meeting's list -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_a_meeting_names_them_in_a_constant_number_of_queries(
    client_of, held, dg, saudi_delegate, count
):
    meeting = factories.make_meeting(dg, opens_at=held.at + timedelta(days=10))
    url = meeting.get_absolute_url()
    client = client_of(saudi_delegate)
    client.get(url)
    with CaptureQueriesContext(connection) as before:
        assert "are lost" not in client.get(url).content.decode()
    for _number in range(count):
        lose(meeting.register, lambda: factories.make_document(meeting.register))
    with CaptureQueriesContext(connection) as after:
        content = client.get(url).content.decode()
    assert content.count("was registered, and was lost") == count
    assert "No documents yet" not in content
    assert len(after) == len(before)
    assert "was lost" not in client.get(url, {"language": "fr"}).content.decode()
