"""What the secretariat filed for others: registered and judged like every paper, marked, withdrawn and changed."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contributions import drafting, previewing, withdrawing
from contributions.models import Contribution
from cwg.documents import filed_for, offers, receipts
from cwg.documents.models import Document, FiledFor, Letter, Receipt
from cwg.members.models import Office, Person, Role
from cwg.members.parties import NotEntitled
from cwg.members.rights import rights_of
from cwg.record.models import AccessEntry, JournalEntry
from meetings import acts, journal_names
from tests import drafts, factories
from tests.tampering import as_owner, past_the_triggers

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(dg, register, secretary) -> Contribution:
    return drafts.make_draft(dg, register, by=secretary, received=drafts.LETTER)


@pytest.fixture
def document(draft, secretary) -> Document:
    drafts.submit(draft, secretary)
    return Document.objects.for_list().get()


# --- Registered -----------------------------------------------------------------------------------------------------


def test_it_is_registered_in_the_states_name_and_says_by_whose_hand_it_came(document, secretary):
    kept = FiledFor.objects.get()
    assert document.party.code == "SAU" and document.symbol == "DG-2/1"
    assert (kept.revision, kept.came_by, kept.dated) == (document.current, "letter", date(2026, 2, 20))
    assert [letter.name for letter in kept.letters.all()] == ["note.pdf"]
    assert document.current.filed_by == secretary
    assert filed_for.text_of(document.current) == drafts.LETTER_MARK
    assert drafts.faults() == []


def test_what_its_party_sends_itself_says_nothing_of_that(dg, register, saudi_focal_point):
    own = drafts.make_draft(dg, register, by=saudi_focal_point)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        receipt = drafts.submit(own, saudi_focal_point).receipt
    assert receipt.statement["filed_for"] is None and not FiledFor.objects.exists()
    assert "filed_for" not in JournalEntry.objects.get(act="registered").facts
    under_the_lock = [query["sql"] for query in asked.captured_queries]
    assert not [sql for sql in under_the_lock if "documents_filedfor" in sql or "draftletter" in sql]


def test_the_record_and_the_receipt_name_the_letter_by_its_digest_alone(document):
    receipt, entry = Receipt.objects.get(), JournalEntry.objects.get(act="registered")
    said = receipt.statement["filed_for"]
    letter = Letter.objects.select_related("blob").get()
    digest = filed_for.letter_digest(filed_for.held(document.current).letters)
    assert said == {
        "filed_by": "Secretariat of the Group",
        "came_by": "letter",
        "dated": "2026-02-20",
        "letter": digest,
    }
    office = Office.objects.get(kind=Office.Kind.SECRETARIAT)
    assert entry.facts["filed_for"] == {
        "filer": f"office:{office.pk}",
        "came_by": "letter",
        "dated": "2026-02-20",
        "letter": digest,
    }
    for text in (str(receipt.statement), str(entry.facts)):
        assert letter.name not in text and letter.blob_id not in text
    told = acts.sentence(entry, journal_names.names_in([entry]))
    assert drafts.LETTER_MARK in told and "registered for Saudi Arabia" in told


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE documents_filedfor SET came_by = 'email'",
        "UPDATE documents_filedfor SET dated = '2026-02-21'",
        "UPDATE documents_letter SET name = 'x'",
        "DELETE FROM documents_letter",
        "DELETE FROM documents_filedfor",
    ],
)
def test_how_it_came_is_never_changed_and_who_does_so_past_the_database_is_seen(document, change):
    with pytest.raises(IntegrityError), as_owner() as cursor:
        cursor.execute(change)
    receipt = Receipt.objects.get()
    assert list(receipts.differences(receipt)) == []
    past_the_triggers(
        *(["DELETE FROM documents_letter"] if "FROM documents_filedfor" in change else []), change
    )
    assert list(receipts.differences(Receipt.objects.get())) != []
    assert any("filed_for" in fault for fault in drafts.faults())


def test_bytes_of_a_letter_that_are_gone_are_seen(document, storage):
    blob = Letter.objects.select_related("blob").get().blob
    assert drafts.faults() == []
    (storage / blob.path).unlink()
    assert (
        f"I1 the bytes of every document hash to what its receipt says: the bytes {blob.sha256} are missing"
        in str(drafts.faults())
    )


def test_it_is_late_like_every_paper_and_the_delegation_does_not_learn_of_it(
    draft, register, secretary, saudi_focal_point, held
):
    held.move_to(register.deadlines.get().instant + timedelta(microseconds=1))
    outcome = drafts.submit(draft, secretary)
    assert outcome.receipt is None and not Document.objects.exists()
    entry = JournalEntry.objects.get(act="late")
    assert acts.reads_facts(rights_of(secretary), register, entry)
    assert not acts.reads_facts(rights_of(saudi_focal_point), register, entry)
    assert "of Saudi Arabia" in acts.sentence(entry, journal_names.names_in([entry]))


def test_at_the_deadline_itself_it_is_in_time(draft, register, secretary, held):
    held.move_to(register.deadlines.get().instant)
    assert drafts.submit(draft, secretary).receipt.revision.verdict == "in_time"


def test_it_answers_the_partys_request_and_is_excused_by_it(dg, register, secretary, held):
    slot = drafts.make_slot(register)
    held.move_to(register.deadlines.get().instant + timedelta(hours=1))
    draft = drafts.make_draft(dg, register, by=secretary, slot=slot, received=drafts.LETTER)
    assert drafts.submit(draft, secretary).receipt.revision.verdict == "requested_in_session"
    slot.refresh_from_db()
    assert slot.document == Document.objects.get()
    assert drafts.faults() == []


# --- Shown ----------------------------------------------------------------------------------------------------------


def test_every_reader_sees_by_whose_hand_it_came(document, register, syrian_delegate, client_of):
    client = client_of(syrian_delegate)
    receipt = Receipt.objects.get()
    pages = [document.get_absolute_url(), receipt.get_absolute_url(), "/documents/", "/"]
    for url in pages:
        assert drafts.LETTER_MARK in client.get(url).content.decode(), url
    for url in (
        reverse("documents:cover", args=[document.path]),
        reverse("documents:receipt-pdf", args=[receipt.code]),
    ):
        assert client.get(url).content.startswith(b"%PDF-")


def test_the_zip_says_how_it_came_and_has_no_letter(document, dg, syrian_delegate):
    from cwg.documents import header_block, pack

    letter = Letter.objects.get()
    packed = pack.contents(header_block.for_page(Document.objects.all()), [])
    assert [one.filed for one in packed] == [drafts.LETTER_MARK]
    zipped = b"".join(pack.stream(packed, title="x", language="en", may_read=lambda file: True))
    assert letter.name.encode() not in zipped and letter.blob_id.encode() not in zipped


def test_the_letter_is_for_the_secretariat_the_auditor_and_the_partys_own_people(
    document,
    dg,
    secretary,
    auditor,
    saudi_delegate,
    saudi_focal_point,
    syrian_focal_point,
    chair,
    client_of,
    now,
):
    letter = Letter.objects.get()
    url = reverse("documents:letter", args=[letter.pk])
    for person in (secretary, auditor, saudi_delegate, saudi_focal_point):
        page = client_of(person).get(document.get_absolute_url()).content.decode()
        assert url in page and letter.name in page
        answer = client_of(person).get(url)
        assert answer.status_code == 200 and answer["Content-Disposition"].startswith("attachment")
    assert (
        AccessEntry.objects.filter(
            act="downloaded letter", subject__startswith="DG-2/1 ", group_id=dg.pk
        ).count()
        == 4
    )
    elsewhere, office = factories.make_group("ELSEWHERE"), factories.make_office()
    foreign = factories.accredit("s@elsewhere.example", elsewhere, Role.SECRETARIAT, office=office).person
    of_sau = factories.accredit("f@elsewhere.example", elsewhere, Role.FOCAL_POINT, "SAU").person
    former = factories.accredit("former@test.example", dg, Role.FOCAL_POINT, "SAU", until=now).person
    nobody = factories.make_person("nobody@test.example")
    for person in (syrian_focal_point, chair, foreign, of_sau, former, nobody):
        page = client_of(person).get(document.get_absolute_url()).content.decode()
        assert url not in page and letter.name not in page
        assert client_of(person).get(url).status_code == 404
    assert AccessEntry.objects.filter(act="downloaded letter").count() == 4


def test_a_letter_of_a_document_that_is_withdrawn_stays_for_those_who_may_read_it(
    document, secretary, syrian_focal_point, client_of
):
    withdrawing.withdraw(document, rights=rights_of(secretary), reason="By mistake")
    url = reverse("documents:letter", args=[Letter.objects.get().pk])
    assert client_of(secretary).get(url).status_code == 200
    assert client_of(syrian_focal_point).get(url).status_code == 404


# --- Withdrawn, changed -----------------------------------------------------------------------------------------------


def test_the_secretariat_withdraws_what_it_filed_and_no_other_paper_of_a_state(
    document, register, secretary, chair, client_of
):
    own = factories.make_document(register, "Their own")
    with pytest.raises(NotEntitled):
        withdrawing.withdraw(own, rights=rights_of(secretary), reason="No")
    with pytest.raises(NotEntitled):
        withdrawing.withdraw(document, rights=rights_of(chair), reason="No")
    assert not Document.objects.exclude(withdrawn_at=None).exists()
    client = client_of(secretary)
    assert client.get(reverse("contributions:withdraw", args=[own.pk])).status_code == 404
    answer = client.post(reverse("contributions:withdraw", args=[document.pk]), {"reason": "By mistake"})
    assert answer.status_code == 302
    document.refresh_from_db()
    assert document.withdrawal_reason == "By mistake"


def test_a_state_withdraws_what_was_filed_for_it(document, saudi_focal_point):
    withdrawing.withdraw(document, rights=rights_of(saudi_focal_point), reason="We did not send it")
    document.refresh_from_db()
    assert document.is_withdrawn


def test_what_a_state_has_revised_itself_is_no_longer_the_secretariats_to_withdraw(
    document, secretary, saudi_focal_point, client_of, now
):
    url = reverse("contributions:withdraw", args=[document.pk])
    assert client_of(secretary).get(url).status_code == 200
    revised = drafting.begin_change(document, "rev", rights=rights_of(saudi_focal_point, now), at=now)
    drafts.put_file(revised, saudi_focal_point, text="As we want it")
    drafts.submit(revised, saudi_focal_point)
    with pytest.raises(NotEntitled):
        withdrawing.withdraw(document, rights=rights_of(secretary), reason="By mistake")
    client = client_of(secretary)
    assert client.get(url).status_code == 404
    assert url not in client.get(document.get_absolute_url()).content.decode()
    document = Document.objects.for_list().get()
    assert not document.is_withdrawn
    assert offers.DocumentAct.WITHDRAW in offers.acts_on(document, rights_of(saudi_focal_point))


def test_a_change_that_came_by_letter_is_filed_for_its_party(
    register, secretary, saudi_focal_point, client_of
):
    theirs = factories.make_document(register, "Their own")
    client, url = client_of(secretary), reverse("contributions:change-for", args=[theirs.pk])
    page = client.get(theirs.get_absolute_url()).content.decode()
    assert "File a revision received for Saudi Arabia" in page and "Your document" not in page
    wrong = {"kind": "rev", "language": "en", "came_by": "letter", "dated": "2026-02-20"}
    assert client.post(url, wrong).status_code == 422
    answer = client.post(url, {"kind": "rev", "came_by": "letter", "dated": "2026-02-20"})
    draft = Contribution.objects.get()
    assert answer.url == draft.get_absolute_url() and draft.filed_for_another
    drafts.put_letter(draft, secretary)
    drafts.put_file(draft, secretary, text="Another text")
    revision = drafts.submit(draft, secretary).receipt.revision
    assert revision.symbol == "DG-2/1(Rev.1)" and filed_for.text_of(revision) == drafts.LETTER_MARK
    document = Document.objects.for_list().get()
    # A change alone is not what the secretariat withdraws; the State may object to it.
    assert offers.DocumentAct.WITHDRAW not in offers.acts_on(document, rights_of(secretary))
    assert offers.DocumentAct.OBJECT in offers.acts_on(document, rights_of(saudi_focal_point))
    assert drafts.faults() == []


def test_no_change_of_a_joint_document_is_filed_for_its_lead(register, secretary, client_of, now):
    sources = (factories.state_source("SAU"), factories.state_source("SYR", is_lead=False))
    joint = factories.make_document(register, sources=sources)
    joint = Document.objects.for_list().get(pk=joint.pk)
    alone = factories.make_document(register, "By one State")
    alone = Document.objects.for_list().get(pk=alone.pk)
    rights = rights_of(secretary)
    assert offers.DocumentAct.FILE_CHANGE in offers.acts_on(alone, rights)
    assert offers.DocumentAct.FILE_CHANGE not in offers.acts_on(joint, rights)
    url = reverse("contributions:change-for", args=[joint.pk])
    client = client_of(secretary)
    assert url not in client.get(joint.get_absolute_url()).content.decode()
    answer = client.post(url, {"kind": "rev", "came_by": "letter", "dated": "2026-02-20"})
    assert answer.status_code == 409 and not Contribution.objects.exists()


def test_a_change_begun_for_one_state_is_not_submitted_once_others_have_joined(
    document, register, secretary, now
):
    change = drafting.begin_change(
        document, "rev", rights=rights_of(secretary), at=now, received=drafts.LETTER
    )
    drafts.put_letter(change, secretary)
    joined = (factories.state_source("SAU"), factories.state_source("SYR", is_lead=False))
    factories.make_document(register, sources=joined, revises_id=document.pk, revision_kind="rev")
    prepared = previewing.preview(previewing.load(change.pk), person=secretary)
    assert any("joint one now" in str(problem) for problem in prepared.problems)


def test_a_change_that_was_begun_before_says_so_where_it_came_otherwise(register, secretary, client_of):
    theirs = factories.make_document(register, "Their own")
    client, url = client_of(secretary), reverse("contributions:change-for", args=[theirs.pk])
    given = {"kind": "rev", "came_by": "letter", "dated": "2026-02-20"}
    for again, said in ((given, False), (given, False), (given | {"dated": "2026-02-21"}, True)):
        page = client.post(url, again, follow=True).content.decode()
        assert ("This change was begun before" in page) is said
    draft = Contribution.objects.get()
    assert draft.dated == date(2026, 2, 20)


def test_a_corrigendum_is_offered_once_for_a_language_whose_translation_was_replaced(
    register, secretary, client_of, held
):
    theirs = factories.make_document(register, "Their own")
    factories.add_translation(theirs, text="Faux.", actor=secretary)
    factories.add_translation(theirs, text="Juste.", actor=secretary, reason="The wrong file")
    page = client_of(secretary).get(reverse("contributions:change-for", args=[theirs.pk])).content.decode()
    assert page.count('<option value="fr"') == 1 and page.count('<option value="en"') == 1


@pytest.mark.parametrize("who", ["saudi_focal_point", "chair", "auditor"])
def test_nobody_but_the_secretariat_files_a_change_for_another(document, who, request, client_of, now):
    person: Person = request.getfixturevalue(who)
    url = reverse("contributions:change-for", args=[document.pk])
    assert client_of(person).get(url).status_code == 404
    with pytest.raises(NotEntitled):
        drafting.begin_change(document, "rev", rights=rights_of(person), at=now, received=drafts.LETTER)
    assert not Contribution.objects.open().exists()
