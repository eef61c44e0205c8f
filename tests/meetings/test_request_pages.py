"""Requests of the Group are read by all who read the meeting, however many addressees they have."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cwg.documents.models import Document
from meetings import answers, requests
from meetings.models import Request
from tests import factories
from tests.meetings.request_pages import MANY, record_url

pytestmark = pytest.mark.django_db


def test_the_addressee_may_answer_the_request_and_others_may_read_it(
    client_of, asked, saudi_delegate, syrian_delegate, nobody
):
    url = asked.get_absolute_url()
    answer = "Answer this request"
    content = client_of(syrian_delegate).get(url).content.decode()
    assert answer in content and f"slot={asked.addressees.get().slot_id}" in content
    assert "A &lt;b&gt;list&lt;/b&gt;" in content
    assert answer not in client_of(saudi_delegate).get(url).content.decode()
    assert client_of(nobody).get(url).status_code == 404


def test_the_answering_document_is_marked_and_links_to_the_request(
    client_of, asked, meeting, syrian_focal_point, saudi_delegate
):
    document = factories.make_document(
        meeting.register,
        "The list",
        slot_id=asked.addressees.get().slot_id,
        sources=(factories.state_source("SYR"),),
        actor=syrian_focal_point,
    )
    client = client_of(saudi_delegate)
    for url in (meeting.get_absolute_url(), "/documents/", document.get_absolute_url()):
        content = client.get(url).content.decode()
        assert asked.get_absolute_url() in content
        assert "Requested by the meeting" in content
    content = client.get(asked.get_absolute_url()).content.decode()
    assert "DG-2/1" in content and "Answered" in content
    assert (
        "Answer this request"
        not in client_of(syrian_focal_point).get(asked.get_absolute_url()).content.decode()
    )


def test_a_request_is_found_under_its_own_meeting_only(client_of, dg, asked, saudi_delegate):
    other = factories.make_meeting(dg, 3)
    url = reverse("meetings:request", args=[other.register.slug, asked.pk])
    assert client_of(saudi_delegate).get(url).status_code == 404


def test_a_document_linked_to_a_dated_request_says_so_to_who_reads_the_meeting(
    client_of, client, dated, report, saudi_delegate, secretary
):
    saudi_arabia = dated.addressees.get(state__iso3="SAU")
    answers.link(saudi_arabia, report, actor=secretary)
    Document.objects.filter(pk=report.pk).update(disclosure="public")
    reader = client_of(saudi_delegate)
    page = reader.get(report.get_absolute_url()).content.decode()
    assert "Answers a request of the Group: Dedicated Group, meeting 2" in page
    assert dated.get_absolute_url() in page
    assert dated.get_absolute_url() in reader.get("/documents/").content.decode()
    assert "DG-5/1" in reader.get(dated.get_absolute_url()).content.decode()
    assert "1 of 3 answered" in reader.get(dated.meeting.get_absolute_url()).content.decode()
    outside = client.get(report.get_absolute_url()).content.decode()
    assert "A report" in outside
    assert "Reports on activities" not in outside and dated.get_absolute_url() not in outside


@pytest.mark.parametrize("page", ["request", "meeting"])
def test_the_number_of_queries_does_not_grow_with_the_addressees(
    client_of, in_session, secretary, saudi_delegate, page
):
    def ask(*codes: str) -> str:
        made = requests.record(
            in_session,
            addressees=[factories.make_state(code) for code in codes],
            item="4",
            wording="A list",
            actor=secretary,
        )
        return made.get_absolute_url() if page == "request" else in_session.get_absolute_url()

    client, url = client_of(saudi_delegate), ask("SAU")
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    url = ask("SAU", "SYR", "FRA", "LVA")
    with CaptureQueriesContext(connection) as four:
        client.get(url)
    url = ask(*MANY)
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(many) == len(four) == len(one)


def test_many_addressees_are_folded_by_where_they_stand_and_the_readers_own_is_not(
    client_of, in_session, secretary, saudi_focal_point
):
    asked = [factories.make_state(code) for code in MANY]
    made = requests.record(in_session, addressees=asked, item="4", wording="A list", actor=secretary)
    requests.withdraw(made, addressee=made.addressees.last(), actor=secretary, reason="Not needed")
    page = client_of(saudi_focal_point).get(made.get_absolute_url()).content.decode()
    open_part, folded = page.split('<details class="fold fold-printed">', 1)
    assert "Awaiting answer: 12</summary>" in folded and "Withdrawn: 1</summary>" in folded
    assert "Answer this request" in open_part and "Answer this request" in folded
    assert "<p>Saudi Arabia</p>" in open_part and "<p>Latvia</p>" not in open_part
    page = client_of(secretary).get(made.get_absolute_url()).content.decode()
    assert page.count(">Withdraw<span") == 12
    meeting = client_of(secretary).get(in_session.get_absolute_url()).content.decode()
    assert "and 9 others" in meeting


def test_of_many_addressees_the_check_counts_those_that_it_folds(client_of, in_session, secretary):
    states = [factories.make_state(code) for code in MANY]
    data = {
        "item": "4",
        "wording": "A list",
        "addressees": [f"state-{state.pk}" for state in states],
    }
    page = client_of(secretary).post(record_url(in_session), data).content.decode()
    assert "13 addressees" in page and "and 9 others</summary>" in page
    assert page.count("<li>Latvia</li>") == 1


def test_requests_are_told_apart_by_their_wording(client_of, dated, secretary, saudi_delegate):
    addressees = [one.who for one in dated.addressees.all()]
    requests.record(
        dated.meeting, addressees=addressees, item="4", wording="Lists of experts", actor=secretary
    )
    client = client_of(saudi_delegate)
    listed = client.get(dated.meeting.get_absolute_url()).content.decode()
    assert f'<a href="{dated.get_absolute_url()}">Reports on activities</a>' in listed
    assert ">Lists of experts</a>" in listed and listed.count("Agenda item 4") == 2
    page = client.get(dated.get_absolute_url()).content.decode()
    assert '<h1 dir="auto">Reports on activities</h1>' in page and page.count("Reports on activities") == 2
    Request.objects.filter(pk=dated.pk).update(wording="Reports\non activities")
    page = client.get(dated.get_absolute_url()).content.decode()
    assert "<p>Reports<br>on activities</p>" in page
