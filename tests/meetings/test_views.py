"""Pages of meetings: what each reader sees, filters, the pack and the request's page."""

import csv
import hashlib
import io
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from cwg.documents import pack, register
from cwg.documents.kinds import Kind
from cwg.documents.models import Document
from cwg.members.models import Role
from cwg.record.models import AccessEntry
from meetings import requests
from meetings.models import Meeting, Visit
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting(held, dg) -> Meeting:
    return factories.make_meeting(dg, opens_at=held.at + timedelta(days=10), chair="Majed Al Mazyed")


def page_of(meeting: Meeting) -> str:
    return reverse("meetings:meeting", args=[meeting.register.slug])


def symbols_on(response) -> list[str]:
    return [row.symbol for row in response.context["rows"]]


def test_the_list_says_what_comes_and_what_was(client_of, held, dg, meeting, saudi_delegate):
    factories.make_meeting(
        dg, 1, opens_at=held.at - timedelta(days=90), closed_at=held.at - timedelta(days=88)
    )
    factories.make_meeting(dg, 3, opens_at=held.at - timedelta(hours=1))
    factories.make_meeting(dg, 4, announced=False)
    response = client_of(saudi_delegate).get("/meetings/")
    assert response.status_code == 200
    groups = {str(label): [m.register.ordinal for m in found] for label, found in response.context["groups"]}
    shown = {label: found for label, found in groups.items() if found}
    assert shown == {"In session": [3], "Upcoming": [2], "Past": [1]}
    assert "9 days left" in response.content.decode()


def test_an_empty_list_says_so(client_of, saudi_delegate):
    assert "No meetings yet" in client_of(saudi_delegate).get("/meetings/").content.decode()


def test_a_delegate_sees_facts_deadline_and_documents(client_of, meeting, saudi_delegate):
    factories.make_document(meeting.register, "On spam")
    content = client_of(saudi_delegate).get(page_of(meeting)).content.decode()
    for text in (
        "Majed Al Mazyed",
        "Geneva",
        "DG-2/1",
        "On spam",
        "Saudi Arabia",
        "data-deadline",
    ):
        assert text in content
    # Ordinary, and so not marked: a list marks what departs from the rule.
    assert "In time" not in content
    assert "Start a contribution" in content
    for act in ("announce", "record-request"):
        assert reverse(f"meetings:{act}", args=[meeting.register.slug]) not in content


def test_who_has_no_seat_in_the_group_gets_404(client_of, dg, meeting, nobody, saudi_delegate, administrator):
    other = factories.accredit("d@other.example", factories.make_group("CWG-Internet"), Role.DELEGATE, "FRA")
    factories.make_document(meeting.register)
    assert client_of(saudi_delegate).get(page_of(meeting)).status_code == 200
    for person in (nobody, other.person, administrator):
        for name in ("meeting", "pack", "calendar"):
            url = reverse(f"meetings:{name}", args=[meeting.register.slug])
            assert client_of(person).get(url).status_code == 404


def test_a_copied_link_stops_working_the_moment_the_accreditation_ends(client_of, held, dg, meeting):
    seat = factories.accredit("d@sau.example", dg, Role.DELEGATE, "SAU", until=held.at + timedelta(hours=1))
    client = client_of(seat.person)
    assert client.get(page_of(meeting)).status_code == 200
    held.forward(hours=1)
    assert client.get(page_of(meeting)).status_code == 404


def test_who_is_not_signed_in_is_sent_to_sign_in(client, meeting):
    for url in (page_of(meeting), "/meetings/", "/meetings/not-there/"):
        response = client.get(url)
        assert response.status_code == 302
        assert response["Location"].startswith("/accounts/login/")


def test_pages_only_read(client_of, meeting, saudi_delegate):
    for name in ("meeting", "pack", "calendar"):
        url = reverse(f"meetings:{name}", args=[meeting.register.slug])
        assert client_of(saudi_delegate).post(url).status_code == 405


def test_documents_are_filtered_and_ordered(client_of, held, meeting, saudi_delegate, secretary):
    office = factories.make_office("secretariat")
    factories.make_document(meeting.register, "One")
    held.forward(minutes=1)
    french = factories.version_line("fr", "Deux.")
    factories.make_document(
        meeting.register, "Two", sources=(factories.state_source("SYR"),), versions=(french,)
    )
    held.forward(minutes=1)
    factories.make_document(
        meeting.register,
        "Info",
        kind=Kind.INFORMATION,
        sources=(factories.office_source(office),),
        actor=secretary,
    )
    client = client_of(saudi_delegate)

    def found(**params) -> list[str]:
        return symbols_on(client.get(page_of(meeting), params))

    assert found() == ["DG-2/1", "DG-2/2", "DG-2/INF/1"]
    assert found(sort="time") == ["DG-2/INF/1", "DG-2/2", "DG-2/1"]
    assert found(kind="information") == ["DG-2/INF/1"]
    assert found(source="SYR") == ["DG-2/2"]
    assert found(source="office-secretariat") == ["DG-2/INF/1"]
    assert found(language="fr") == ["DG-2/2"]
    assert found(language="ar") == []
    # A State that exists and has filed nothing is a fair question.
    factories.make_state("FRA")
    assert found(source="FRA") == []


def test_documents_stand_before_requests_and_facts_with_the_archive_and_the_calendar_at_their_head(
    client_of, held, meeting, saudi_delegate, secretary
):
    factories.make_document(meeting.register)
    held.move_to(meeting.register.opens_at + timedelta(hours=1))
    factories.open_session(meeting)
    requests.record(
        meeting, addressees=[factories.make_state("SYR")], item="4", wording="A list", actor=secretary
    )
    page = client_of(saudi_delegate).get(page_of(meeting)).content.decode()
    marks = [
        'id="documents"',
        reverse("meetings:pack", args=[meeting.register.slug]),
        reverse("meetings:calendar", args=[meeting.register.slug]),
        "<table",
        'id="requests"',
        'id="facts"',
    ]
    assert sorted(marks, key=page.index) == marks


def test_only_languages_in_which_there_is_a_text_are_offered(client_of, meeting, saudi_delegate):
    factories.make_document(meeting.register, "One")
    gone = factories.make_document(meeting.register, "Two", versions=(factories.version_line("fr", "Deux."),))
    client = client_of(saudi_delegate)

    def offered(**params) -> list[list[str]]:
        context = client.get(page_of(meeting), params).context
        choices = [code for code, _name in context["form"].fields["language"].choices if code]
        return [choices, [code for code, _name in context["pack_languages"]]]

    assert offered() == [["en", "fr"], ["en", "fr"]]
    register.withdraw(gone, actor=saudi_delegate, reason="Sent by mistake")
    assert offered() == [["en"], ["en"]]
    # An address that asks for another one stays good, and says that nothing is there.
    assert offered(language="ar") == [["ar", "en"], ["en"]]


def test_a_language_that_a_revision_dropped_is_offered_no_more(client_of, meeting, saudi_delegate):
    in_two = (factories.version_line(text="A"), factories.version_line("fr", "B", is_original=False))
    document = factories.make_document(meeting.register, versions=in_two)
    client = client_of(saudi_delegate)
    pack_page = reverse("meetings:pack", args=[meeting.register.slug])

    def offered_packed_and_found() -> list[set[str]]:
        offered = {code for code, _name in client.get(page_of(meeting)).context["pack_languages"]}
        with unpacked(client.get(pack_page)) as zipped:
            packed = {name.removesuffix(".pdf")[-2:] for name in zipped.namelist() if "/" in name}
        found = {
            code
            for code in ("en", "fr", "ru", "ar")
            if client.get(page_of(meeting), {"language": code}).context["rows"]
        }
        return [offered, packed, found]

    def revise(kind: str, written_in: str, **fields) -> None:
        factories.make_document(
            meeting.register,
            revises_id=document.pk,
            revision_kind=kind,
            versions=(factories.version_line(written_in, f"{kind} {written_in}"),),
            **fields,
        )

    assert offered_packed_and_found() == [{"en", "fr"}] * 3
    revise("add", "ar")
    revise("corr", "fr", language="fr")
    assert offered_packed_and_found() == [{"en", "fr", "ar"}] * 3
    # The Corr. goes with the text it corrects, the Add. stays.
    revise("rev", "en")
    assert offered_packed_and_found() == [{"en", "ar"}] * 3


def test_a_meeting_in_session_says_which_sitting_is_on_and_which_is_next(
    client_of, held, meeting, saudi_delegate
):
    opens = meeting.register.opens_at
    first = meeting.sittings.create(number=1, starts_at=opens, ends_at=opens + timedelta(hours=3))
    meeting.sittings.create(number=2, starts_at=opens + timedelta(hours=5))
    client = client_of(saudi_delegate)
    assert "In session now" not in client.get(page_of(meeting)).content.decode()
    held.move_to(opens + timedelta(hours=1))
    factories.open_session(meeting)
    first.opened_at = opens
    first.save()
    page = client_of(saudi_delegate).get(page_of(meeting)).content.decode()
    assert "In session now: Sitting 1" in page and "Next: <bdi>Sitting 2</bdi>" in page
    held.move_to(opens + timedelta(hours=3))
    page = client_of(saudi_delegate).get(page_of(meeting)).content.decode()
    assert "In session now" not in page and "The meeting is in session" in page


@pytest.mark.parametrize(
    "query",
    [
        "kind=poem",
        "source=XXX",
        "source=office-none",
        "language=xx",
        "sort=size",
        "kind=%27%3B--",
        "source=%F0%9F",
    ],
)
def test_a_malformed_filter_is_a_bad_request(client_of, meeting, saudi_delegate, query):
    assert client_of(saudi_delegate).get(f"{page_of(meeting)}?{query}").status_code == 400


def test_new_since_my_last_visit(client_of, held, meeting, saudi_delegate):
    client = client_of(saudi_delegate)
    factories.make_document(meeting.register, "Old")
    first = client.get(page_of(meeting))
    assert [row.is_new for row in first.context["rows"]] == [False]
    held.forward(minutes=10)
    factories.make_document(meeting.register, "Fresh")
    # Still the same visit: it began before both.
    held.forward(minutes=10)
    assert "new" not in client.get(page_of(meeting)).context["form"].fields
    held.forward(hours=2)
    factories.make_document(meeting.register, "Fresher")
    response = client.get(page_of(meeting))
    assert {row.title: row.is_new for row in response.context["rows"]} == {
        "Old": False,
        "Fresh": False,
        "Fresher": True,
    }
    assert symbols_on(client.get(page_of(meeting), {"new": "on"})) == ["DG-2/3"]
    assert Visit.objects.count() == 1


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_queries_does_not_grow(
    client_of, held, dg, meeting, saudi_delegate, secretary, django_assert_num_queries, count
):
    for number in range(count):
        factories.make_document(meeting.register, f"Document {number}")
    held.move_to(meeting.register.opens_at + timedelta(hours=1))
    factories.open_session(meeting)
    for number in range(count):
        state = factories.make_state(["SYR", "FRA", "LVA"][number])
        asked = requests.record(meeting, addressees=[state], item="4", wording="A list", actor=secretary)
        factories.make_document(
            meeting.register,
            f"Answer {number}",
            slot_id=asked.addressees.get().slot_id,
            sources=(factories.state_source(state),),
        )
    client = client_of(saudi_delegate)
    client.get(page_of(meeting))
    with django_assert_num_queries(15):
        response = client.get(page_of(meeting))
    assert len(response.context["rows"]) == 2 * count


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_meetings_asks_a_constant_number(
    client_of, held, dg, saudi_delegate, django_assert_num_queries, count
):
    for number in range(count):
        factories.make_meeting(dg, 2 + number)
    client = client_of(saudi_delegate)
    with django_assert_num_queries(5):
        client.get("/meetings/")


# --- The pack -----------------------------------------------------------------------------------------------------


def unpacked(response) -> zipfile.ZipFile:
    content = b"".join(response.streaming_content)
    assert int(response["Content-Length"]) == len(content)
    return zipfile.ZipFile(io.BytesIO(content))


def test_the_pack_holds_the_visible_documents_with_index_and_checksums(client_of, meeting, saudi_delegate):
    factories.make_document(meeting.register, "=HYPERLINK(0)", versions=(factories.version_line(text="A"),))
    factories.make_document(meeting.register, "Gone", withdrawn=True)
    url = reverse("meetings:pack", args=[meeting.register.slug])
    response = client_of(saudi_delegate).get(url)
    assert response["Content-Type"] == "application/zip"
    assert response["Cache-Control"] == "private, no-store"
    with unpacked(response) as zipped:
        assert zipped.testzip() is None
        assert sorted(zipped.namelist()) == ["DG-2-1/DG-2-1_en.pdf", "SHA256SUMS", "index.csv", "index.html"]
        assert zipped.read("DG-2-1/DG-2-1_en.pdf") == factories.pdf_bytes("A")
        for line in zipped.read("SHA256SUMS").decode().splitlines():
            digest, name = line.split("  ")
            assert hashlib.sha256(zipped.read(name)).hexdigest() == digest
        rows = list(csv.DictReader(io.StringIO(zipped.read("index.csv").decode("utf-8-sig"))))
        assert rows[0]["title"] == "'=HYPERLINK(0)"
        assert b"DG-2-1_en.pdf" in zipped.read("index.html")
    assert AccessEntry.objects.filter(act="downloaded all", person_id=saudi_delegate.pk).count() == 1


def test_the_pack_is_made_in_the_languages_asked_for(client_of, meeting, saudi_delegate):
    versions = (
        factories.version_line("en", "A"),
        factories.version_line("fr", "B", is_original=False),
        factories.version_line("ar", "C", is_original=False),
    )
    factories.make_document(meeting.register, versions=versions)
    url = reverse("meetings:pack", args=[meeting.register.slug])
    client = client_of(saudi_delegate)
    with unpacked(client.get(url, {"lang": ["fr", "ar"]})) as zipped:
        files = sorted(name for name in zipped.namelist() if "/" in name)
    assert files == ["DG-2-1/DG-2-1_ar.pdf", "DG-2-1/DG-2-1_fr.pdf"]
    assert client.get(url, {"lang": "xx"}).status_code == 400


def test_the_pack_leaves_out_what_a_revision_replaced(client_of, meeting, saudi_delegate):
    document = factories.make_document(meeting.register)
    for kind in ("rev", "add"):
        factories.make_document(
            meeting.register,
            revises_id=document.pk,
            revision_kind=kind,
            versions=(factories.version_line(text=kind),),
        )
    url = reverse("meetings:pack", args=[meeting.register.slug])
    with unpacked(client_of(saudi_delegate).get(url)) as zipped:
        files = sorted(name for name in zipped.namelist() if "/" in name)
    assert files == ["DG-2-1/DG-2-1_Add.1_en.pdf", "DG-2-1/DG-2-1_Rev.1_en.pdf"]


def test_an_archive_meeting_shows_no_actions(client_of, dg, secretary):
    archive = factories.make_meeting(
        dg, 1, opens_at=datetime(2009, 2, 12, 8, tzinfo=UTC), origin="archive", with_rule=False
    )
    content = client_of(secretary).get(page_of(archive)).content.decode()
    assert "Archive" in content
    assert "Convene the next meeting" not in content and "Start a contribution" not in content


def test_a_role_that_ends_stops_a_pack_at_its_next_file(client_of, meeting, saudi_delegate, held):
    for title in ("A", "B"):
        factories.make_document(meeting.register, title)
    url = reverse("meetings:pack", args=[meeting.register.slug])
    arriving = iter(client_of(saudi_delegate).get(url).streaming_content)
    got = b""
    while factories.pdf_bytes("A. The text.") not in got:
        got += next(arriving)
    saudi_delegate.accreditations.update(until=held.at)
    with pytest.raises(pack.RightEnded):
        for piece in arriving:
            got += piece
    assert factories.pdf_bytes("B. The text.") not in got


def test_a_document_withdrawn_meanwhile_leaves_a_pack_that_is_on_its_way(client_of, meeting, saudi_delegate):
    for title in ("A", "B"):
        factories.make_document(meeting.register, title)
    url = reverse("meetings:pack", args=[meeting.register.slug])
    arriving = iter(client_of(saudi_delegate).get(url).streaming_content)
    got = next(arriving)
    register.withdraw(Document.objects.get(title="B"), actor=saudi_delegate, reason="A mistake")
    with pytest.raises(pack.RightEnded):
        for piece in arriving:
            got += piece
    assert factories.pdf_bytes("B. The text.") not in got


def test_what_is_hardly_ever_done_with_a_meeting_stands_behind_more(client_of, meeting, secretary):
    page = client_of(secretary).get(meeting.get_absolute_url()).content.decode()
    section = page[page.index('id="secretariat"') :].split("</section>")[0]
    first, more = section.split("<summary>More</summary>")
    assert ">Move the meeting</a>" in first and ">Cancel the meeting</a>" not in first
    assert ">Postpone</a>" in more and ">Cancel the meeting</a>" in more
    assert "btn-quiet" not in section
