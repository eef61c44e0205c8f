"""The secretariat withdraws a request, links a document that answers it, and takes a wrong one off again."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meetings import answers, requests
from meetings.models import Addressee
from tests import factories
from tests.meetings.request_pages import as_it_stands, url_of

pytestmark = pytest.mark.django_db


def test_a_request_is_withdrawn_with_a_reason(client_of, held, asked, secretary, chair):
    url = url_of("withdraw-request", asked)
    assert client_of(chair).post(url, {"reason": "x"}).status_code == 404
    assert client_of(secretary).post(url, {"reason": ""}).status_code == 400
    assert Addressee.objects.get().withdrawn_at is None
    assert client_of(secretary).post(url, {"reason": "Answered orally"}).status_code == 302
    assert Addressee.objects.get().withdrawn_at == held.at


def test_one_addressee_is_let_go_and_the_others_are_not(client_of, held, dated, secretary):
    syria = dated.addressees.get(state__iso3="SYR")
    url = url_of("withdraw-addressee", dated, syria)
    assert client_of(secretary).post(url, {"reason": "Asked by mistake"}).status_code == 302
    withdrawn = Addressee.objects.filter(withdrawn_at__isnull=False)
    assert list(withdrawn) == [syria]


def test_the_page_says_from_whom_a_request_is_withdrawn(client_of, dated, asked, secretary):
    client, syria = client_of(secretary), dated.addressees.get(state__iso3="SYR")
    one = client.get(url_of("withdraw-addressee", dated, syria)).content.decode()
    assert one.count("Withdraw the request to the Syrian Arab Republic") == 3  # title, heading, button
    everybody = client.get(url_of("withdraw-request", dated)).content.decode()
    assert "Withdraw the request to" not in everybody and "Syrian Arab Republic" in everybody
    # Where it was addressed to one alone, nobody else is spoken of.
    only = client.get(url_of("withdraw-addressee", asked, asked.addressees.get())).content.decode()
    assert "other addressees" not in only and "other addressees" in one


def test_the_page_offers_to_withdraw_exactly_what_the_verb_withdraws(
    client_of, held, dated, secretary, report
):
    client, page = client_of(secretary), dated.get_absolute_url()
    saudi_arabia, syria, bureau = dated.addressees.all()
    answers.link(saudi_arabia, report, actor=secretary)
    requests.withdraw(dated, addressee=syria, actor=secretary, reason="Asked by mistake")
    held.move_to(datetime(2026, 6, 1, tzinfo=UTC))  # overdue: it can still be taken back
    shown = client.get(page).content.decode()
    assert url_of("withdraw-request", dated) in shown
    for one, offered in ((saudi_arabia, False), (syria, False), (bureau, True)):
        assert (url_of("withdraw-addressee", dated, one) in shown) is offered
        with CaptureQueriesContext(connection):
            status = client.post(url_of("withdraw-addressee", dated, one), {"reason": "x"}).status_code
        assert status == (302 if offered else 409)
    assert url_of("withdraw-request", dated) not in client.get(page).content.decode()
    assert client.post(url_of("withdraw-request", dated), {"reason": "x"}).status_code == 409


def test_what_is_answered_is_named_as_staying(client_of, dated, secretary, report):
    answers.link(dated.addressees.get(state__iso3="SAU"), report, actor=secretary)
    page = client_of(secretary).get(url_of("withdraw-request", dated)).content.decode()
    assert "Already answered, and not withdrawn: Saudi Arabia." in page


# --- Linking ----------------------------------------------------------------------------------------------------------


def test_the_secretariat_links_a_document_of_the_addressee(client_of, dated, report, secretary, chair):
    saudi_arabia = dated.addressees.get(state__iso3="SAU")
    url = url_of("link-answer", dated, saudi_arabia)
    assert url in client_of(secretary).get(dated.get_absolute_url()).content.decode()
    assert url not in client_of(chair).get(dated.get_absolute_url()).content.decode()
    page = client_of(secretary).get(url).content.decode()
    assert "DG-5/1 · A report" in page and page.count("(one of the two)") == 2 and "(optional)" not in page
    assert client_of(chair).post(url, {"document": report.pk}).status_code == 404
    assert client_of(secretary).post(url, {"document": report.pk}).status_code == 302
    saudi_arabia.refresh_from_db()
    assert saudi_arabia.document == report


def test_any_document_of_the_group_is_linked_by_its_symbol(client_of, dated, report, secretary):
    bureau = dated.addressees.get(office__isnull=False)
    url = url_of("link-answer", dated, bureau)
    page = client_of(secretary).get(url).content.decode()
    assert "A report" not in page and "one of the two" not in page
    empty = client_of(secretary).post(url, {})
    assert (empty.status_code, list(empty.context["form"].errors)) == (400, ["symbol"])
    assert client_of(secretary).post(url, {"symbol": "dg-5/1"}).status_code == 302
    bureau.refresh_from_db()
    assert bureau.document == report


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"symbol": "DG-5/99"}, "symbol"),
        ({"symbol": "no symbol"}, "symbol"),
        ({"symbol": "OTHER-1/1"}, "symbol"),
        ({"document": "999999"}, "document"),
        ({}, "document"),
    ],
)
def test_a_document_that_is_not_there_is_refused_at_its_field(
    client_of, dated, report, secretary, data, field
):
    factories.make_document(factories.make_meeting(factories.make_group("OTHER"), 1).register)
    before = as_it_stands()
    url = url_of("link-answer", dated, dated.addressees.get(state__iso3="SAU"))
    answer = client_of(secretary).post(url, data)
    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == [field]
    assert as_it_stands() == before


def test_a_wrong_link_is_removed_with_a_reason(client_of, dated, report, secretary, chair):
    saudi_arabia = dated.addressees.get(state__iso3="SAU")
    url = url_of("unlink-answer", dated, saudi_arabia)
    assert url not in client_of(secretary).get(dated.get_absolute_url()).content.decode()
    answers.link(saudi_arabia, report, actor=secretary)
    assert url in client_of(secretary).get(dated.get_absolute_url()).content.decode()
    assert url not in client_of(chair).get(dated.get_absolute_url()).content.decode()
    sent = {"document": report.pk, "reason": "It speaks of something else"}
    assert client_of(chair).post(url, sent).status_code == 404
    for lacking in ({"reason": ""}, {"document": ""}, {"document": 999999}):
        assert client_of(secretary).post(url, sent | lacking).status_code == 400
    saudi_arabia.refresh_from_db()
    assert saudi_arabia.document == report
    page = client_of(secretary).get(url).content.decode()
    assert f'name="document" value="{report.pk}"' in page
    assert client_of(secretary).post(url, sent).status_code == 302
    saudi_arabia.refresh_from_db()
    assert saudi_arabia.document is None


def test_whoever_is_overtaken_reads_what_has_become_of_it_and_keeps_the_typed_words(
    client_of, dated, report, secretary
):
    saudi_arabia = dated.addressees.shown().get(state__iso3="SAU")
    other = factories.make_document(report.register, "Another report")
    answers.link(saudi_arabia, other, actor=secretary)
    before = as_it_stands()
    linking = client_of(secretary).post(url_of("link-answer", dated, saudi_arabia), {"symbol": "DG-5/1"})
    sent = {"document": report.pk, "reason": "It speaks of something else"}
    removing = client_of(secretary).post(url_of("unlink-answer", dated, saudi_arabia), sent)
    for answer, said, typed in (
        (linking, "DG-5/2 is already linked as the answer of Saudi Arabia", "DG-5/1"),
        (removing, "DG-5/2 is linked here now, and not DG-5/1", "It speaks of something else"),
    ):
        page = answer.content.decode()
        assert answer.status_code == 409 and said in page and typed in page
    assert as_it_stands() == before
    answers.unlink(saudi_arabia, other, actor=secretary, reason="Wrong")
    gone = client_of(secretary).post(url_of("unlink-answer", dated, saudi_arabia), sent)
    assert gone.status_code == 409 and "No document is linked here any more" in gone.content.decode()


@pytest.mark.parametrize("verb", ["withdraw-addressee", "link-answer", "unlink-answer"])
def test_an_addressee_is_found_under_its_own_request_only(client_of, asked, dated, secretary, verb):
    foreign = dated.addressees.all()[0]
    assert client_of(secretary).get(url_of(verb, asked, foreign)).status_code == 404
    assert client_of(secretary).post(url_of(verb, asked, foreign), {"reason": "x"}).status_code == 404
    assert Addressee.objects.get(pk=foreign.pk).withdrawn_at is None
