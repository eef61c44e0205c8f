"""The secretariat files what others hand it: begun, checked, registered and judged like every paper, and marked."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contributions import drafting, letters, proofing, submission, withdrawing
from contributions.models import Contribution
from contributions.received import CannotHaveCome, Received
from cwg.documents import filed_for, offers, receipts
from cwg.documents.kinds import Kind
from cwg.documents.models import CameBy, Document, FiledFor, Letter, Receipt, Register
from cwg.members.models import Office, Person, Role
from cwg.members.parties import NotEntitled, Party
from cwg.members.rights import rights_of
from cwg.record.models import AccessEntry, JournalEntry
from meetings import acts, journal_names
from tests import drafts, factories
from tests.tampering import as_owner, past_the_triggers

pytestmark = pytest.mark.django_db

MARK = "Filed by the secretariat for: Saudi Arabia; received by letter of 20 February 2026"


@pytest.fixture
def register(held, dg) -> Register:
    return factories.make_register(dg)


@pytest.fixture
def draft(dg, register, secretary) -> Contribution:
    return drafts.make_draft(dg, register, by=secretary, received=drafts.LETTER)


@pytest.fixture
def document(draft, secretary) -> Document:
    drafts.submit(draft, secretary)
    return Document.objects.for_list().get()


# --- Begun ----------------------------------------------------------------------------------------------------------


def test_the_secretariat_begins_a_draft_in_a_states_name(draft, secretary):
    assert (draft.party.code, draft.filed_for_another, draft.came_by) == ("SAU", True, CameBy.LETTER)
    assert draft.created_by == secretary


@pytest.mark.parametrize(
    "who", ["saudi_focal_point", "saudi_delegate", "chair", "bureau", "auditor", "nobody"]
)
def test_nobody_else_files_for_another(dg, register, who, request):
    person = request.getfixturevalue(who)
    with pytest.raises(NotEntitled):
        drafts.make_draft(dg, register, by=person, received=drafts.LETTER)
    assert not Contribution.objects.exists()


def test_the_secretariat_of_another_group_files_nothing_here(dg, register, secretary):
    elsewhere = factories.make_register(factories.make_group("ELSEWHERE"))
    with pytest.raises(NotEntitled):
        drafts.make_draft(elsewhere.group, elsewhere, by=secretary, received=drafts.LETTER)
    with pytest.raises(NotEntitled):
        drafts.make_draft(dg, register, by=secretary)  # in the State's name, as if it were the State
    assert not Contribution.objects.exists()


@pytest.mark.parametrize(
    ("received", "field"),
    [
        (Received(), "came_by"),
        (Received(CameBy.EMAIL), "dated"),
        (Received("", date(2026, 2, 20)), "came_by"),
        (Received(CameBy.LETTER, factories.NOW.date() + timedelta(days=1)), "dated"),
        (Received(CameBy.LETTER, factories.NOW.date() - timedelta(days=732)), "dated"),
        (Received(CameBy.LETTER, date(1, 1, 1)), "dated"),
    ],
)
def test_of_a_states_paper_it_is_said_how_and_when_it_came(dg, register, secretary, received, field):
    with pytest.raises(CannotHaveCome) as refused:
        drafts.make_draft(dg, register, by=secretary, received=received)
    assert refused.value.field == field
    assert not Contribution.objects.exists()


@pytest.mark.parametrize("days", [0, 731])
def test_a_letter_of_today_has_come_and_one_of_two_years_ago_too(dg, register, secretary, days):
    came = Received(CameBy.BY_HAND, factories.NOW.date() - timedelta(days=days))
    assert drafts.make_draft(dg, register, by=secretary, received=came).dated == came.dated


def test_an_offices_paper_may_come_without_a_word(dg, register, secretary):
    office = factories.make_office(Office.Kind.CHAIR)
    draft = drafts.make_draft(
        dg, register, by=secretary, office=office, kind=Kind.CHAIR_PROPOSAL, received=Received()
    )
    draft.letters.all().delete()
    assert proofing.proof(proofing.load(draft.pk), person=secretary).ready
    revision = drafts.submit(draft, secretary).receipt.revision
    assert filed_for.text_of(revision) == f"Filed by the secretariat for: {office.name}"
    assert drafts.faults() == []


def test_what_a_party_does_not_file_is_not_filed_for_it(dg, register, secretary):
    with pytest.raises(ValueError):
        drafts.make_draft(dg, register, by=secretary, kind=Kind.REPORT, received=drafts.LETTER)


def test_the_database_refuses_a_states_paper_that_came_by_nothing(draft):
    with pytest.raises(IntegrityError, match="a_paper_of_a_state_says"), transaction.atomic():
        Contribution.objects.filter(pk=draft.pk).update(dated=None)
    with pytest.raises(IntegrityError, match="only_what_is_filed"), transaction.atomic():
        Contribution.objects.filter(pk=draft.pk).update(filed_for_another=False)


# --- The letter -----------------------------------------------------------------------------------------------------


def test_a_states_paper_is_not_ready_without_its_letter(draft, secretary):
    assert proofing.proof(proofing.load(draft.pk), person=secretary).ready
    letters.remove(draft.pk, draft.letters.get().pk, rights=rights_of(secretary), at=factories.NOW)
    prepared = proofing.proof(proofing.load(draft.pk), person=secretary)
    assert [str(problem) for problem in prepared.problems] == ["The letter by which it came is missing."]
    before = drafts.registered()
    with pytest.raises(submission.NotReady):
        drafts.submit(draft, secretary)
    assert drafts.registered() == before


def test_a_letter_that_changed_is_proofed_again(draft, secretary):
    token = drafts.token_for(draft, secretary)
    drafts.put_letter(draft, secretary, text="Another page")
    with pytest.raises(submission.DraftChanged):
        submission.submit(token, person=secretary, arrived_at=factories.NOW)
    assert not Document.objects.exists()


def test_a_letter_is_taken_in_through_the_same_door_and_handed_out_to_the_secretariat(
    draft, secretary, client_of
):
    client, url = client_of(secretary), reverse("contributions:upload-letter", args=[draft.pk])
    content = factories.pdf_bytes("A second page")
    answer = client.post(
        url, {"file": SimpleUploadedFile("page 2.pdf", content)}, headers={"accept": "application/json"}
    )
    assert answer.status_code == 201 and "page 2.pdf" in answer.json()["html"]
    kept = draft.letters.get(name="page 2.pdf")
    got = client.get(reverse("contributions:draft-letter", args=[draft.pk, kept.pk]))
    assert b"".join(got.streaming_content) == content
    refused = client.post(url, {"file": SimpleUploadedFile("letter.pdf", b"no PDF at all")})
    assert refused.status_code == 422 and "The file was not accepted" in refused.content.decode()
    assert draft.letters.count() == 2
    removed = client.post(reverse("contributions:remove-letter", args=[draft.pk, kept.pk]))
    assert removed.status_code == 302 and draft.letters.count() == 1


def test_a_draft_that_its_party_writes_has_no_letter(dg, register, saudi_delegate, client_of, now):
    own = drafts.make_draft(dg, register, by=saudi_delegate)
    client = client_of(saudi_delegate)
    for name in ("upload-letter", "received"):
        assert client.post(reverse(f"contributions:{name}", args=[own.pk])).status_code == 404
    with pytest.raises(NotEntitled):
        letters.correct(own.pk, drafts.LETTER, rights=rights_of(saudi_delegate), at=now)
    assert not own.letters.exists()


def test_how_it_came_is_corrected_while_it_is_a_draft(draft, secretary, client_of):
    client, url = client_of(secretary), reverse("contributions:received", args=[draft.pk])
    assert client.post(url, {"came_by": "email", "dated": ""}).status_code == 422
    draft.refresh_from_db()
    assert draft.came_by == CameBy.LETTER
    assert client.post(url, {"came_by": "email", "dated": "2026-02-21"}).status_code == 302
    draft.refresh_from_db()
    assert (draft.came_by, draft.dated) == (CameBy.EMAIL, date(2026, 2, 21))
    assert client.post(url, {"came_by": "email", "dated": "2026-03-09"}).status_code == 422


# --- Registered -----------------------------------------------------------------------------------------------------


def test_it_is_registered_in_the_states_name_and_says_by_whose_hand_it_came(document, secretary):
    kept = FiledFor.objects.get()
    assert document.party.code == "SAU" and document.symbol == "DG-2/1"
    assert (kept.revision, kept.came_by, kept.dated) == (document.current, "letter", date(2026, 2, 20))
    assert [letter.name for letter in kept.letters.all()] == ["note.pdf"]
    assert document.current.filed_by == secretary
    assert filed_for.text_of(document.current) == MARK
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
    assert MARK in told and "registered for Saudi Arabia" in told


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
        assert MARK in client.get(url).content.decode(), url
    for url in (
        reverse("documents:cover", args=[document.path]),
        reverse("documents:receipt-pdf", args=[receipt.code]),
    ):
        assert client.get(url).content.startswith(b"%PDF-")


def test_the_zip_says_how_it_came_and_has_no_letter(document, dg, syrian_delegate):
    from cwg.documents import header_block, pack

    letter = Letter.objects.get()
    packed = pack.contents(header_block.for_page(Document.objects.all()), [])
    assert [one.filed for one in packed] == [MARK]
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
    assert revision.symbol == "DG-2/1(Rev.1)" and filed_for.text_of(revision) == MARK
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
    prepared = proofing.proof(proofing.load(change.pk), person=secretary)
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


# --- Where it begins ------------------------------------------------------------------------------------------------


def test_the_page_asks_for_whom_and_how_it_came(dg, register, secretary, client_of):
    client, url = client_of(secretary), reverse("contributions:for")
    assert client.get(f"{url}?meeting={register.slug}&party=SAU").status_code == 200
    factories.make_state("SAU")
    sent = {"party_code": "SAU", "register": register.pk, "came_by": "", "dated": ""}
    answer = client.post(url, sent)
    assert (
        answer.status_code == 422 and "Say how the paper of a Member State came." in answer.content.decode()
    )
    assert not Contribution.objects.exists()
    answer = client.post(url, sent | {"came_by": "letter", "dated": "2026-02-20"})
    draft = Contribution.objects.get()
    assert answer.url == draft.get_absolute_url()
    assert draft.party == Party(dg, factories.make_state("SAU")) and draft.register == register
    page = client.get(answer.url).content.decode()
    assert MARK in page and "Saudi Arabia has no focal point in this group" in page


def test_the_page_says_nothing_of_nobody_being_told_where_there_is_a_focal_point(
    draft, secretary, saudi_focal_point, client_of
):
    client = client_of(secretary)
    for name in ("contribution", "proof"):
        page = client.get(reverse(f"contributions:{name}", args=[draft.pk])).content.decode()
        assert "has no focal point" not in page
    assert "The focal points of Saudi Arabia are told at once." in page


def test_the_answer_of_whoever_was_asked_is_filed_from_the_request(dg, register, secretary, client_of):
    slot = drafts.make_slot(register)
    client = client_of(secretary)
    query = f"?meeting={register.slug}&slot={slot.pk}"
    redirected = client.get(reverse("contributions:new") + query)
    assert redirected.url == reverse("contributions:for") + query
    answer = client.post(redirected.url, {"came_by": "email", "dated": "2026-02-20"})
    assert answer.status_code == 302 and Contribution.objects.get().slot == slot


def test_a_closed_meeting_takes_no_delegations_paper(dg, register, secretary, client_of, held):
    factories.make_state("SAU")
    Register.objects.filter(pk=register.pk).update(opened_at=held.at, closed_at=held.at)
    url = f"{reverse('contributions:for')}?meeting={register.slug}"
    sent = {"register": register.pk, "came_by": "letter", "dated": "2026-02-20"}
    client = client_of(secretary)
    refused = client.post(url, sent | {"party_code": "SAU"})
    assert refused.status_code == 422
    assert "That meeting takes no new document of Saudi Arabia." in refused.content.decode()
    factories.make_office(Office.Kind.CHAIR)
    assert client.post(url, sent | {"party_code": "chair"}).status_code == 302


@pytest.mark.parametrize("who", ["saudi_focal_point", "chair", "auditor", "nobody", "administrator"])
def test_who_is_in_no_secretariat_has_no_such_page(who, register, request, client_of):
    client = client_of(request.getfixturevalue(who))
    url = reverse("contributions:for")
    assert client.get(url).status_code == 404
    assert client.post(url, {"party_code": "SAU"}).status_code == 404


def test_a_secretariat_of_two_groups_says_for_which(dg, register, secretary, client_of):
    elsewhere = factories.make_group("ELSEWHERE")
    factories.accredit(secretary, elsewhere, Role.SECRETARIAT, office=factories.make_office())
    client, url = client_of(secretary), reverse("contributions:for")
    assert "?group=elsewhere" in client.get(url).content.decode()
    assert client.get(f"{url}?group=elsewhere").context["filer"].group == elsewhere
    assert client.get(f"{url}?meeting={register.slug}").context["filer"].group == dg
    assert client.get(f"{url}?group=another").status_code == 404


@pytest.mark.parametrize(
    ("said", "chosen"), [("letter", "letter"), ("email", "email"), ("pigeon", ""), ("", "")]
)
def test_the_link_of_a_paper_that_came_by_letter_chooses_the_letter(
    client_of, secretary, register, said, chosen
):
    page = client_of(secretary).get(reverse("contributions:for"), {"party": "SAU", "came_by": said})
    assert page.context["form"]["came_by"].value() == chosen


def test_the_page_of_a_states_people_says_in_its_link_that_it_came_by_letter(
    client_of, secretary, register, saudi_focal_point
):
    page = client_of(secretary).get(reverse("members:state-people", args=["sau"])).content.decode()
    assert "party=SAU&amp;came_by=letter" in page
