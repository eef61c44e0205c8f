"""A Member State objects to what was filed for it: who may, what every reader then sees, and that it can be taken back."""

import io
import zipfile

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from pypdf import PdfReader

from contributions import withdrawing
from cwg.documents import header_block, objections, offers, pack
from cwg.documents.models import Document, Objection, Receipt
from cwg.members.models import Role
from cwg.members.parties import NotEntitled
from cwg.members.rights import rights_of
from cwg.notices.models import Event
from cwg.record.models import JournalEntry
from cwg.record.reasons import ReasonMissing
from meetings import acts, journal_names
from tests import drafts, factories
from tests.tampering import as_owner, past_the_triggers

pytestmark = pytest.mark.django_db

REASON = "Our administration sent no such paper"
SAID = "Saudi Arabia objects to this document being registered in its name"


@pytest.fixture
def document(held, dg, secretary) -> Document:
    draft = drafts.make_draft(dg, factories.make_register(dg), by=secretary, received=drafts.LETTER)
    drafts.submit(draft, secretary)
    return Document.objects.for_list().get()


def address(document: Document) -> str:
    return reverse("documents:objection", args=[document.path])


def make(document: Document, person, reason: str = REASON) -> Objection:
    return objections.make(document, rights=rights_of(person), reason=reason)


def test_every_reader_sees_the_objection_and_nobody_before_it(
    document, saudi_focal_point, syrian_delegate, client_of
):
    receipt = Receipt.objects.get()
    reader = client_of(syrian_delegate)
    shown = [document.get_absolute_url(), receipt.get_absolute_url()]
    lists = ["/documents/", "/"]
    for url in (*shown, *lists):
        page = reader.get(url).content.decode()
        assert SAID not in page and "Objection" not in page
    client = client_of(saudi_focal_point)
    assert address(document) in client.get(document.get_absolute_url()).content.decode()
    assert client.post(address(document), {"reason": REASON}).url == document.get_absolute_url()
    for url in shown:
        page = reader.get(url).content.decode()
        assert SAID in page and REASON in page
    for url in lists:
        assert "Objection" in reader.get(url).content.decode()
    # The document stands as it did.
    document.refresh_from_db()
    assert not document.is_withdrawn and drafts.faults() == []


def test_the_lists_of_the_secretariat_the_zip_and_the_cover_sheet_tell_of_it_while_it_stands(
    document, saudi_focal_point, secretary, client_of
):
    today = [reverse("today:today"), reverse("today:submissions")]
    client = client_of(secretary)

    def told() -> list[bool]:
        (packed,) = pack.contents(header_block.for_page(Document.objects), ())
        zipped = b"".join(pack.stream([packed], title="x", language="en", may_read=lambda file: True))
        with zipfile.ZipFile(io.BytesIO(zipped)) as opened:
            index = [opened.read(name).decode("utf-8-sig") for name in ("index.html", "index.csv")]
        cover = client.get(reverse("documents:cover", args=[document.path])).content
        pages = PdfReader(io.BytesIO(cover)).pages
        index.append(" ".join(" ".join(page.extract_text() for page in pages).split()))
        lists = ['tag-warning">Objection<' in client.get(url).content.decode() for url in today]
        return [*lists, *(f"{SAID}: {REASON}" in text for text in index)]

    assert told() == [False] * 5
    make(document, saudi_focal_point)
    assert told() == [True] * 5
    objections.lift(document, rights=rights_of(saudi_focal_point))
    assert told() == [False] * 5


def test_who_objects_is_told_that_the_reason_is_published(document, saudi_focal_point, client_of):
    page = client_of(saudi_focal_point).get(address(document)).content.decode()
    assert "It is published: everybody who reads the document reads it too." in page


def test_it_is_told_in_the_record(document, saudi_focal_point, held):
    made = make(document, saudi_focal_point)
    assert (made.made_at, made.made_by, made.state.iso3) == (held.at, saudi_focal_point, "SAU")
    entry = JournalEntry.objects.get(act="objected")
    told = acts.sentence(entry, journal_names.names_in([entry]))
    assert told.startswith("Saudi Arabia objects to DG-2/1") and REASON in told


def test_it_is_taken_back_and_stays_on_record(document, saudi_focal_point, syrian_delegate, client_of, held):
    make(document, saudi_focal_point)
    held.forward(hours=1)
    client = client_of(saudi_focal_point)
    assert REASON in client.get(address(document)).content.decode()
    assert 'name="act" value="lift_objection"' in client.get(address(document)).content.decode()
    assert client.post(address(document), {"act": "lift_objection"}).status_code == 302
    objection = Objection.objects.get()
    assert (objection.lifted_at, objection.lifted_by) == (held.at, saudi_focal_point)
    assert SAID not in client_of(syrian_delegate).get(document.get_absolute_url()).content.decode()
    assert JournalEntry.objects.filter(act="objection_lifted").count() == 1
    since = client_of(syrian_delegate).get(Receipt.objects.get().get_absolute_url()).content.decode()
    assert "Saudi Arabia objected to its being registered in its name" in since
    assert "Saudi Arabia took its objection back" in since
    make(document, saudi_focal_point, "Once more")
    assert Objection.objects.count() == 2 and drafts.faults() == []


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE documents_objection SET reason = 'Something else'",
        "UPDATE documents_objection SET lifted_at = NULL, lifted_by_id = NULL",
        "UPDATE documents_objection SET state_id = (SELECT id FROM members_memberstate WHERE iso3 = 'SYR')",
        "DELETE FROM documents_objection",
    ],
)
def test_an_objection_other_than_the_record_tells_is_found(
    document, saudi_focal_point, syrian_delegate, damage
):
    make(document, saudi_focal_point)
    objections.lift(document, rights=rights_of(saudi_focal_point))
    assert drafts.faults() == []
    past_the_triggers(damage)
    assert any("tells of other objections" in fault for fault in drafts.faults())


@pytest.mark.parametrize(
    "who", ["saudi_delegate", "syrian_focal_point", "secretary", "chair", "auditor", "nobody"]
)
def test_only_the_states_focal_points_object(document, who, request, client_of):
    person = request.getfixturevalue(who)
    before = drafts.registered(), JournalEntry.objects.count()
    with pytest.raises(NotEntitled):
        make(document, person)
    client = client_of(person)
    assert client.get(address(document)).status_code == 404
    assert client.post(address(document), {"reason": REASON}).status_code == 404
    assert (drafts.registered(), JournalEntry.objects.count()) == before
    assert address(document) not in client.get(document.get_absolute_url()).content.decode()


def test_a_focal_point_whose_role_has_ended_does_not_object(document, saudi_focal_point, held):
    seat = saudi_focal_point.accreditations.get()
    seat.until = held.at
    seat.save()
    with pytest.raises(NotEntitled):
        make(document, saudi_focal_point)
    assert not Objection.objects.exists()


def test_what_a_state_filed_itself_is_not_objected_to(dg, held, saudi_focal_point, client_of):
    own = factories.make_document(factories.make_register(dg))
    with pytest.raises(NotEntitled):
        make(own, saudi_focal_point)
    assert client_of(saudi_focal_point).get(address(own)).status_code == 404


def test_an_objection_has_a_reason_and_stands_once(document, saudi_focal_point, client_of):
    with pytest.raises(ReasonMissing):
        make(document, saudi_focal_point, "  ")
    assert client_of(saudi_focal_point).post(address(document), {"reason": " "}).status_code == 422
    assert not Objection.objects.exists()
    make(document, saudi_focal_point)
    with pytest.raises(NotEntitled):
        make(document, saudi_focal_point)
    assert Objection.objects.count() == 1 and Event.objects.filter(kind="objection").count() == 1


def test_objecting_twice_takes_nothing_back_and_taking_back_twice_objects_to_nothing(
    document, saudi_focal_point, client_of
):
    first, second = client_of(saudi_focal_point), client_of(saudi_focal_point)
    objecting, lifting = {"act": "object", "reason": REASON}, {"act": "lift_objection", "reason": REASON}
    for client in (first, second):
        assert client.post(address(document), objecting).url == document.get_absolute_url()
    assert Objection.objects.get().is_standing
    assert "stands already" in second.get(document.get_absolute_url()).content.decode()
    for client in (first, second):
        assert client.post(address(document), lifting).url == document.get_absolute_url()
    assert not Objection.objects.get().is_standing
    assert JournalEntry.objects.filter(act__in=["objected", "objection_lifted"]).count() == 2


def test_whoever_comes_second_keeps_the_typed_reason(document, saudi_focal_point, client_of, monkeypatch):
    first = objections.make

    def after_it_was_withdrawn(found: Document, **asked):
        withdrawing.withdraw(found, rights=rights_of(saudi_focal_point), reason="Not ours")
        return first(found, **asked)

    monkeypatch.setattr(objections, "make", after_it_was_withdrawn)
    answer = client_of(saudi_focal_point).post(address(document), {"act": "object", "reason": REASON})
    page = answer.content.decode()
    assert answer.status_code == 409 and REASON in page and "Nothing was changed" in page
    assert not Objection.objects.exists()


@pytest.mark.parametrize(
    "reason", ["The date of the letter is not ours", "Too long " + "x" * 500, "With \x07 a bell"]
)
def test_a_second_focal_point_keeps_another_reason_than_the_one_that_stands(
    document, dg, saudi_focal_point, client_of, reason
):
    make(document, saudi_focal_point)
    second = client_of(factories.accredit("second@saudi.example", dg, Role.FOCAL_POINT, "SAU").person)
    before = drafts.registered(), JournalEntry.objects.count()
    answer = second.post(address(document), {"act": "object", "reason": reason})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "stands already" in page and f"{reason}</bdi>" in page
    assert (drafts.registered(), JournalEntry.objects.count()) == before


@pytest.mark.parametrize(
    ("who", "page", "sent"),
    [
        ("saudi_focal_point", "documents:objection", {"act": "object"}),
        ("saudi_focal_point", "contributions:withdraw", {}),
        ("secretary", "documents:disclosure", {"disclosure": "public"}),
        ("secretary", "documents:translations", {"language": "fr"}),
    ],
)
def test_a_reason_that_was_typed_while_the_document_was_withdrawn_is_not_lost(
    document, request, client_of, who, page, sent
):
    client = client_of(request.getfixturevalue(who))
    at = reverse(page, args=[document.pk if page == "contributions:withdraw" else document.path])
    assert client.get(at).status_code == 200
    withdrawing.withdraw(
        document, rights=rights_of(request.getfixturevalue("secretary")), reason="Not theirs"
    )
    before = drafts.registered(), JournalEntry.objects.count()
    answer = client.post(at, sent | {"reason": "My <b>long</b> reason"})
    assert answer.status_code == 409
    assert "My &lt;b&gt;long&lt;/b&gt; reason</bdi>" in answer.content.decode()
    assert (drafts.registered(), JournalEntry.objects.count()) == before
    assert "What you filled in" not in client.get(at).content.decode()


def test_nobody_objects_to_what_is_withdrawn(document, saudi_focal_point, client_of):
    withdrawing.withdraw(document, rights=rights_of(saudi_focal_point), reason="Not ours")
    with pytest.raises(offers.DocumentWithdrawn):
        make(document, saudi_focal_point)
    assert client_of(saudi_focal_point).get(address(document)).status_code == 409


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE documents_objection SET reason = 'x'",
        "UPDATE documents_objection SET made_at = now()",
        "DELETE FROM documents_objection",
    ],
)
def test_the_database_refuses_to_change_an_objection(document, saudi_focal_point, change):
    make(document, saudi_focal_point)
    with pytest.raises(IntegrityError), as_owner() as cursor:
        cursor.execute(change)


def test_what_was_taken_back_does_not_stand_again(document, saudi_focal_point):
    made = make(document, saudi_focal_point)
    objections.lift(document, rights=rights_of(saudi_focal_point))
    with pytest.raises(IntegrityError), transaction.atomic():
        Objection.objects.filter(pk=made.pk).update(lifted_at=None, lifted_by=None)
