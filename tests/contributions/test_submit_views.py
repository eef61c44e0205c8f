"""The pages of submission: the form obeys the same instant as the verb, and says what happened."""

import html
import re
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.html import strip_tags

from contributions import drafting, sponsors, submission
from contributions.models import Contribution, SubmitToken
from cwg.documents import register as the_register
from cwg.documents import rulebook, rules
from cwg.documents.kinds import Kind
from cwg.documents.models import Document, Receipt
from cwg.members.models import Accreditation, Office, Role
from cwg.members.rights import rights_of
from cwg.record.models import JournalEntry
from tests import drafts, factories

pytestmark = pytest.mark.django_db

MICROSECOND = timedelta(microseconds=1)


@pytest.fixture
def register(dg, held):
    return factories.make_register(dg, opens_at=held.at + timedelta(days=30))


@pytest.fixture
def deadline(register):
    return register.opens_at - timedelta(hours=24)


@pytest.fixture
def draft(dg, register, saudi_focal_point) -> Contribution:
    return drafts.make_draft(dg, register, by=saudi_focal_point)


@pytest.fixture
def browser(client_of, saudi_focal_point):
    return client_of(saudi_focal_point)


def url(name, draft, *more):
    return reverse(f"contributions:{name}", args=[draft.pk, *more])


def token_on(page) -> str:
    found = re.search(r'name="token" value="([0-9a-f-]{36})"', page.content.decode())
    assert found, "the proof shows no button"
    return found.group(1)


def proofed(browser, draft) -> str:
    page = browser.get(url("proof", draft))
    assert page.status_code == 200
    return token_on(page)


def press_submit(browser, draft, token, **more):
    return browser.post(url("submit", draft), {"token": token} | more)


def everything(draft):
    return drafts.registered(), drafts.as_it_stands(draft)


# --- The instant --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [MICROSECOND, timedelta()])
def test_through_the_form_the_instant_itself_and_a_microsecond_before_are_in_time(
    browser, draft, deadline, held, before
):
    token = proofed(browser, draft)
    held.move_to(deadline - before)
    answer = press_submit(browser, draft, token)
    receipt = Receipt.objects.get()
    assert (answer.status_code, answer.url) == (302, receipt.get_absolute_url())
    assert receipt.revision.verdict == "in_time"
    assert receipt.revision.available_at == deadline - before


def test_through_the_form_a_microsecond_after_is_late_and_the_page_says_all_about_it(
    browser, draft, deadline, held
):
    token = proofed(browser, draft)
    before = everything(draft)
    held.move_to(deadline + MICROSECOND)
    answer = press_submit(browser, draft, token)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "The deadline has passed. Your draft is saved" in page
    assert "24 hours before the start of the meeting" in page
    assert url("hold", draft) in page
    assert everything(draft) == before
    assert JournalEntry.objects.filter(act="late").count() == 1


@pytest.fixture
def pair(dg, register, secretary):
    """The group takes over Decision 556 and applies it to its announced meeting: 12 and 7 days, both only flag."""
    made = rulebook.apply_preset("decision-556", dg, actor=secretary, reason="Agreed")
    with the_register.acting_on(register.pk) as (locked, at):
        rules.set_deadlines(locked, actor_id=secretary.pk, at=at, reason="Agreed")
    return made


def plain(answer) -> str:
    return " ".join(html.unescape(strip_tags(answer.content.decode())).split())


@pytest.mark.parametrize(
    ("after", "flagged"), [(-MICROSECOND, False), (timedelta(), False), (MICROSECOND, True)]
)
def test_the_preview_names_each_rule_and_calls_nothing_late_that_will_be_accepted(
    browser, register, draft, pair, held, after, flagged
):
    received = pair[0]
    held.move_to(register.deadlines.in_force().get(rule=received).instant + after)
    page = plain(browser.get(url("proof", draft)))
    for line in register.deadlines.in_force():
        assert f"Deadline: {line.rule.name}" in page
    assert "What comes later is accepted, and marked late under this rule." in page
    assert "Binding What comes later is kept as a draft." in page
    words = f"Submitted now, it will be accepted, and marked late under “{received.name}”."
    assert (words in page) is flagged
    assert ("Would be accepted, and marked late" in page) is flagged
    assert "kept as draft" not in page


def test_an_accepted_late_document_tells_each_verdict_on_receipt_and_page(
    browser, register, draft, pair, held
):
    received = pair[0]
    held.move_to(register.deadlines.in_force().get(rule=received).instant + MICROSECOND)
    answer = press_submit(browser, draft, proofed(browser, draft))
    receipt = Receipt.objects.get()
    assert [(line["verdict"], line["binds"]) for line in receipt.statement["rules"]] == [
        ("late_flagged", True),
        ("in_time", False),
        ("in_time", False),
    ]
    page = plain(browser.get(receipt.revision.document.get_absolute_url()))
    assert f"{received.name} Binding Late, accepted" in page
    assert "24 hours before the start of the meeting In time" in page
    page = plain(browser.get(answer.url))
    assert f"{received.name}: Late, accepted; deadline" in page
    assert "24 hours before the start of the meeting: In time; deadline" in page
    assert "Matches the register" in plain(browser.get(answer.url))
    assert drafts.faults() == []


@pytest.mark.parametrize(("words", "accepted"), [("", True), ("One word more", False)])
def test_the_preview_of_sponsors_alone_says_late_that_it_will_be_accepted(
    browser, draft, saudi_focal_point, syrian_focal_point, deadline, held, words, accepted
):
    registered = drafts.submit(draft, saudi_focal_point).receipt.revision.document
    change = drafting.begin_change(registered, "rev", rights=rights_of(saudi_focal_point), at=held.at)
    syria = factories.make_state("SYR")
    asked = sponsors.ask(change.pk, syria, rights=rights_of(saudi_focal_point), at=held.at)
    sponsors.answer(asked.pk, joins=True, rights=rights_of(syrian_focal_point), at=held.at)
    Contribution.objects.filter(pk=change.pk).update(summary=words)
    held.move_to(deadline + MICROSECOND)
    page = browser.get(url("proof", change))
    assert ("Submitted now, it will be accepted, and marked late" in plain(page)) is accepted
    assert ("it would not be published" in plain(page)) is not accepted
    press_submit(browser, change, token_on(page))
    assert registered.revisions.count() == (2 if accepted else 1)


def test_the_late_page_names_each_rule_and_the_door(browser, register, draft, pair, deadline, held):
    token = proofed(browser, draft)
    held.move_to(deadline + MICROSECOND)
    page = plain(press_submit(browser, draft, token))
    assert "24 hours before the start of the meeting Binding" in page
    for rule in pair:
        assert f"{rule.name} Would be accepted, and marked late" in page
    entry = JournalEntry.objects.get(act="late")
    assert [line["verdict"] for line in entry.facts["rules"]] == ["late_flagged", "late_flagged", "late_kept"]


def test_a_form_opened_before_the_deadline_and_sent_after_it_is_late_whatever_the_device_says(
    browser, draft, deadline, held
):
    held.move_to(deadline - timedelta(minutes=5))
    token = proofed(browser, draft)
    held.move_to(deadline + timedelta(minutes=5))
    answer = press_submit(
        browser, draft, token, accepted_at=deadline.isoformat(), arrived_at=deadline.isoformat()
    )
    assert answer.status_code == 409
    assert not Document.objects.exists()


def test_posted_number_status_instant_and_source_are_ignored(browser, draft, held):
    press_submit(
        browser,
        draft,
        proofed(browser, draft),
        number="99",
        symbol="DG-2/99",
        status="discarded",
        accepted_at="2001-01-01T00:00:00Z",
        available_at="2001-01-01T00:00:00Z",
        source="FRA",
        verdict="exempt",
        disclosure="public",
        kind="report",
    )
    document = Document.objects.get()
    revision = document.original
    assert (document.symbol, document.disclosure, document.kind) == (
        "DG-2/1",
        "member_states",
        "contribution_action",
    )
    assert (revision.available_at, revision.verdict) == (held.at, "in_time")
    assert [str(source) for source in revision.sources.all()] == ["Saudi Arabia"]


# --- Once -----------------------------------------------------------------------------------------------------------


def test_a_double_click_a_replay_and_a_second_tab_come_to_the_same_receipt(browser, draft, deadline, held):
    first_tab, second_tab = proofed(browser, draft), proofed(browser, draft)
    answers = {press_submit(browser, draft, token).url for token in (first_tab, first_tab, second_tab)}
    held.move_to(deadline + timedelta(days=2))
    answers.add(press_submit(browser, draft, first_tab).url)
    assert answers == {Receipt.objects.get().get_absolute_url()}
    assert Document.objects.count() == 1


def test_two_focal_points_come_to_the_same_receipt(dg, browser, client_of, draft):
    second = client_of(
        factories.accredit("second.focal.sau@test.example", dg, Role.FOCAL_POINT, "SAU").person
    )
    mine, theirs = proofed(browser, draft), proofed(second, draft)
    assert press_submit(browser, draft, mine).url == press_submit(second, draft, theirs).url
    assert Document.objects.count() == 1


def test_after_the_submission_the_proof_leads_to_the_document(browser, draft):
    press_submit(browser, draft, proofed(browser, draft))
    assert browser.get(url("proof", draft)).url == Document.objects.get().get_absolute_url()


# --- Refusals -------------------------------------------------------------------------------------------------------


def test_a_delegate_sees_the_proof_without_the_button_and_cannot_submit(client_of, saudi_delegate, draft):
    delegate = client_of(saudi_delegate)
    page = delegate.get(url("proof", draft)).content.decode()
    assert 'name="token"' not in page
    assert url("ask-to-submit", draft) in page
    before = everything(draft)
    assert press_submit(delegate, draft, uuid.uuid4()).status_code == 403
    own = submission.offer(
        submission.proof(submission.load(draft.pk), person=draft.created_by),
        person=saudi_delegate,
        at=factories.NOW,
    )
    assert press_submit(delegate, draft, own.token).status_code == 403
    assert everything(draft) == before


def test_a_delegate_without_a_focal_point_is_told_whom_to_ask(
    client_of, saudi_delegate, saudi_focal_point, draft, held
):
    delegate = client_of(saudi_delegate)
    assert url("ask-to-submit", draft) in delegate.get(url("proof", draft)).content.decode()
    Accreditation.objects.filter(person=saudi_focal_point).update(until=held.at)
    page = delegate.get(url("proof", draft)).content.decode()
    assert (
        "Your delegation has no focal point here" in page
        and "secretariat of the group can invite one" in page
    )
    assert (
        url("ask-to-submit", draft) not in page and reverse("members:state-people", args=["sau"]) not in page
    )
    before = everything(draft)
    answer = delegate.post(url("ask-to-submit", draft))
    assert answer.status_code == 409 and "Your delegation has no focal point here" in answer.content.decode()
    assert everything(draft) == before


@pytest.mark.parametrize(
    "who", ["syrian_focal_point", "secretary", "chair", "auditor", "administrator", "nobody"]
)
def test_for_everybody_else_the_draft_does_not_exist(client_of, who, draft, request):
    browser = client_of(request.getfixturevalue(who))
    before = everything(draft)
    assert browser.get(url("proof", draft)).status_code == 404
    for name in ("submit", "hold", "ask-to-submit"):
        assert browser.post(url(name, draft), {"token": str(uuid.uuid4())}).status_code == 404
    assert everything(draft) == before
    missing = Contribution(pk=uuid.uuid4())
    assert browser.get(url("proof", missing)).status_code == 404


@pytest.mark.parametrize("token", ["", "no-uuid", "' OR 1=1"])
def test_a_malformed_token_is_a_bad_request(browser, draft, token):
    before = everything(draft)
    assert press_submit(browser, draft, token).status_code == 400
    assert everything(draft) == before


def test_another_persons_token_gives_a_fresh_proof_and_submits_nothing(dg, browser, client_of, draft):
    second = client_of(
        factories.accredit("second.focal.sau@test.example", dg, Role.FOCAL_POINT, "SAU").person
    )
    theirs = proofed(second, draft)
    before = everything(draft)
    answer = press_submit(browser, draft, theirs)
    assert answer.status_code == 409
    assert token_on(answer) != theirs
    assert everything(draft) == before


def test_a_token_of_another_draft_submits_neither(dg, register, browser, draft, saudi_focal_point):
    other = drafts.make_draft(dg, register, by=saudi_focal_point, title="Another")
    before = everything(draft), everything(other)
    assert press_submit(browser, draft, proofed(browser, other)).status_code == 409
    assert (everything(draft), everything(other)) == before


def test_a_draft_changed_since_the_proof_shows_the_new_proof(browser, draft, saudi_focal_point, held):
    token = proofed(browser, draft)
    drafts.put_file(draft, saudi_focal_point, text="Another file")
    before = everything(draft)
    answer = press_submit(browser, draft, token)
    assert answer.status_code == 409
    assert "The draft has changed since this preview was shown" in answer.content.decode()
    assert everything(draft) == before
    assert press_submit(browser, draft, token_on(answer)).status_code == 302


def test_rights_that_ended_between_proof_and_submission_are_gone(browser, draft, saudi_focal_point, held):
    token = proofed(browser, draft)
    Accreditation.objects.filter(person=saudi_focal_point).update(until=held.at)
    before = everything(draft)
    assert press_submit(browser, draft, token).status_code == 404
    assert everything(draft) == before


def test_a_focal_point_who_is_a_delegate_now_may_not(dg, browser, draft, saudi_focal_point, held):
    token = proofed(browser, draft)
    Accreditation.objects.filter(person=saudi_focal_point).update(until=held.at)
    factories.accredit(saudi_focal_point, dg, Role.DELEGATE, "SAU", since=held.at)
    before = everything(draft)
    assert press_submit(browser, draft, token).status_code == 403
    assert everything(draft) == before


def test_a_discarded_draft_is_a_step_out_of_order(browser, draft, saudi_focal_point, held):
    token = proofed(browser, draft)
    drafting.discard(draft.pk, rights=rights_of(saudi_focal_point), at=held.at)
    before = everything(draft)
    assert press_submit(browser, draft, token).status_code == 409
    assert everything(draft) == before


def test_a_draft_that_is_not_ready_shows_what_is_missing_and_no_button(
    browser, draft, saudi_focal_point, held
):
    drafting.remove_file(draft.pk, draft.files.get().pk, rights=rights_of(saudi_focal_point), at=held.at)
    page = browser.get(url("proof", draft)).content.decode()
    assert 'name="token"' not in page
    assert "There is no file in English" in page
    assert not SubmitToken.objects.exists()


def test_reading_changes_nothing_by_get(browser, draft):
    for name in ("submit", "hold", "ask-to-submit"):
        assert browser.get(url(name, draft)).status_code == 405


def test_without_the_csrf_token_nothing_is_submitted(client_of, saudi_focal_point, draft):
    strict = client_of(saudi_focal_point, enforce_csrf_checks=True)
    token = drafts.token_for(draft, saudi_focal_point)
    before = everything(draft)
    assert press_submit(strict, draft, token).status_code == 403
    assert everything(draft) == before


# --- Late, held, requested ------------------------------------------------------------------------------------------


def test_one_click_holds_a_late_draft_for_the_next_meeting(dg, browser, draft, register, deadline, held):
    coming = factories.make_register(dg, 3, opens_at=register.opens_at + timedelta(days=60))
    held.move_to(deadline + MICROSECOND)
    answer = press_submit(browser, draft, proofed(browser, draft))
    assert coming.title in answer.content.decode()
    assert browser.post(url("hold", draft)).status_code == 302
    draft.refresh_from_db()
    assert (draft.status, draft.register) == ("held", coming)
    assert not Document.objects.exists()


def test_what_the_group_requested_is_offered_on_the_late_page_and_let_in(
    browser, draft, register, deadline, held
):
    held.move_to(register.opens_at + timedelta(hours=1))
    slot = drafts.make_slot(register)
    late = press_submit(browser, draft, proofed(browser, draft))
    assert late.status_code == 409
    assert url("use-slot", draft, slot.pk) in late.content.decode()
    assert browser.post(url("use-slot", draft, slot.pk)).status_code == 302
    assert press_submit(browser, draft, proofed(browser, draft)).status_code == 302
    assert Document.objects.get().original.verdict == "requested_in_session"


def test_anothers_request_and_one_of_an_unseen_meeting_help_nobody(browser, draft, register, held):
    theirs = drafts.make_slot(register, "SYR")
    unseen = drafts.make_slot(factories.make_register(factories.make_group("CWG-INTERNET"), 11))
    before = everything(draft)
    assert browser.post(url("use-slot", draft, theirs.pk)).status_code == 409
    assert browser.post(url("use-slot", draft, unseen.pk)).status_code == 404
    assert browser.post(url("use-slot", draft, 10**9)).status_code == 404
    assert everything(draft) == before


ACCEPTED = "Your document answers a request of the meeting: it is accepted until the meeting closes."


@pytest.mark.parametrize("answers", [True, False])
def test_the_deadline_says_that_an_answer_to_the_meeting_is_accepted_after_it(
    dg, browser, register, saudi_focal_point, held, answers
):
    held.move_to(register.opens_at + timedelta(hours=1))
    slot = drafts.make_slot(register)
    mine = drafts.make_draft(dg, register, by=saudi_focal_point, slot=slot if answers else None)
    new = reverse("contributions:new") + f"?meeting={register.slug}"
    for address in (
        url("contribution", mine),
        url("proof", mine),
        f"{new}&slot={slot.pk}" if answers else new,
    ):
        page = plain(browser.get(address))
        assert "Deadline: 24 hours before the start of the meeting" in page
        assert (ACCEPTED in page, "What comes later is kept as a draft." in page) == (answers, not answers)


def test_a_request_that_is_answered_by_another_document_excuses_no_more(
    dg, browser, register, saudi_focal_point, held
):
    held.move_to(register.opens_at + timedelta(hours=1))
    slot = drafts.make_slot(register)
    mine = drafts.make_draft(dg, register, by=saudi_focal_point, slot=slot, title="Mine")
    assert ACCEPTED in plain(browser.get(url("contribution", mine)))
    first = drafts.make_draft(dg, register, by=saudi_focal_point, slot=slot, title="First")
    drafts.submit(first, saudi_focal_point)
    assert ACCEPTED not in plain(browser.get(url("contribution", mine)))
    assert ACCEPTED not in plain(browser.get(url("proof", mine)))


def test_where_no_deadline_applies_the_preview_says_so_plainly(dg, client_of, register, secretary):
    office = Office.objects.get(kind=Office.Kind.SECRETARIAT)
    mine = drafts.make_draft(dg, register, by=secretary, office=office, kind=Kind.TEMPORARY)
    page = plain(client_of(secretary).get(url("proof", mine)))
    assert "No deadline applies to this document." in page
    assert "Submitted now, it is" not in page


def test_a_request_used_up_meanwhile_says_so(dg, browser, draft, register, saudi_focal_point, held):
    held.move_to(register.opens_at + timedelta(hours=1))
    slot = drafts.make_slot(register)
    mine = drafts.make_draft(dg, register, by=saudi_focal_point, slot=slot, title="Mine")
    token = proofed(browser, mine)
    drafts.submit(
        drafts.make_draft(dg, register, by=saudi_focal_point, slot=slot, title="First"), saudi_focal_point
    )
    before = everything(mine)
    answer = press_submit(browser, mine, token)
    assert answer.status_code == 409
    assert "is no longer open" in answer.content.decode()
    assert everything(mine) == before


# --- Changing and withdrawing -----------------------------------------------------------------------------------------


@pytest.fixture
def document(browser, draft):
    press_submit(browser, draft, proofed(browser, draft))
    return Document.objects.get()


def test_a_revision_begins_from_the_document_and_comes_to_a_receipt_of_its_own(browser, document):
    change = reverse("contributions:change", args=[document.pk])
    assert browser.get(change).status_code == 200
    begun = browser.post(change, {"kind": "corr", "language": "en"})
    made = Contribution.objects.get(revises=document)
    assert begun.url == url("contribution", made)
    drafts.put_file(made, Contribution.objects.get(revises=document).created_by, text="Read 13 for 12")
    assert press_submit(browser, made, proofed(browser, made)).status_code == 302
    assert Receipt.objects.count() == 2
    assert document.revisions.last().symbol == "DG-2/1(Corr.1)-E"


def test_correct_one_language_chooses_one_that_the_document_has(browser, document):
    page = browser.get(reverse("contributions:change", args=[document.pk]), {"kind": "corr"}).content.decode()
    assert re.findall(r'<option value="(\w*)"( selected)?>', page) == [("", ""), ("en", " selected")]
    page = browser.get(reverse("contributions:change", args=[document.pk]), {"kind": "rev"}).content.decode()
    assert " selected>" not in page


def test_a_language_chosen_beside_a_revision_says_nothing(browser, document):
    browser.post(reverse("contributions:change", args=[document.pk]), {"kind": "rev", "language": "en"})
    made = Contribution.objects.get(revises=document)
    assert (made.revision_kind, made.corrected_language) == ("rev", "")


@pytest.fixture
def french_corrigendum(dg, register, saudi_focal_point) -> Contribution:
    """Of a document that is in English and French, and holds no file yet."""
    draft = drafts.make_draft(dg, register, by=saudi_focal_point)
    drafts.put_file(draft, saudi_focal_point, language="fr", text="Le texte.")
    document = drafts.submit(draft, saudi_focal_point).receipt.revision.document
    return drafting.begin_change(
        document, "corr", rights=rights_of(saudi_focal_point), at=draft.created_at, language="fr"
    )


def test_a_corrigendum_of_one_language_offers_that_language_and_names_it(browser, french_corrigendum):
    page = browser.get(url("contribution", french_corrigendum))
    assert page.context["upload_languages"] == [("fr", "French")]
    assert "Corrigendum, French text only" in plain(page)
    assert "Corrigendum, French text only" in plain(browser.get(url("proof", french_corrigendum)))


def test_a_file_in_another_language_is_refused_with_a_sentence(browser, french_corrigendum):
    before = everything(french_corrigendum)
    sent = {"language": "es", "file": SimpleUploadedFile("a.pdf", factories.pdf_bytes("El texto"))}
    answer = browser.post(url("upload", french_corrigendum), sent)
    assert answer.status_code == 422
    assert "This corrigendum concerns the French text only" in plain(answer)
    assert everything(french_corrigendum) == before


def test_a_draft_that_holds_another_language_already_is_not_submitted(
    browser, french_corrigendum, saudi_focal_point
):
    drafts.put_file(french_corrigendum, saudi_focal_point, language="fr", text="Lire treize.")
    assert token_on(browser.get(url("proof", french_corrigendum)))
    drafts.put_file(french_corrigendum, saudi_focal_point, language="es", text="El texto.")
    page = browser.get(url("proof", french_corrigendum))
    assert page.context["token"] is None
    assert "French text only: remove what was uploaded in Spanish." in plain(page)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({}, 400),
        ({"kind": "original"}, 400),
        ({"kind": "no"}, 400),
        ({"kind": "corr", "language": "xx"}, 400),
        # A page from before a Rev. that left the language out may still offer it.
        ({"kind": "corr", "language": "fr"}, 409),
    ],
)
def test_a_change_of_no_known_sort_is_refused(browser, document, sent, status):
    before = Contribution.objects.count()
    assert browser.post(reverse("contributions:change", args=[document.pk]), sent).status_code == status
    assert Contribution.objects.count() == before


@pytest.mark.parametrize("who", ["syrian_focal_point", "secretary", "chair", "auditor", "nobody"])
def test_nobody_else_changes_or_withdraws(client_of, document, who, request):
    browser = client_of(request.getfixturevalue(who))
    before = drafts.registered()
    for name in ("change", "withdraw"):
        where = reverse(f"contributions:{name}", args=[document.pk])
        assert browser.get(where).status_code == 404
        assert browser.post(where, {"kind": "rev", "reason": "no"}).status_code == 404
    assert drafts.registered() == before
    assert not Contribution.objects.filter(revises=document).exists()


def test_a_right_that_ends_while_the_withdrawal_waits_for_the_register_is_gone(
    browser, document, saudi_focal_point, held, monkeypatch
):
    acting_on = the_register.acting_on

    def after_it_ended(register_id):
        Accreditation.objects.filter(person=saudi_focal_point).update(until=held.at)
        return acting_on(register_id)

    monkeypatch.setattr(the_register, "acting_on", after_it_ended)
    where = reverse("contributions:withdraw", args=[document.pk])
    assert browser.post(where, {"reason": "A mistake"}).status_code == 403
    document.refresh_from_db()
    assert not document.is_withdrawn


def test_a_withdrawal_needs_a_focal_point_and_a_reason(browser, client_of, document, saudi_delegate):
    where = reverse("contributions:withdraw", args=[document.pk])
    before = drafts.registered()
    assert client_of(saudi_delegate).post(where, {"reason": "no"}).status_code == 403
    assert browser.post(where, {"reason": " "}).status_code == 422
    assert drafts.registered() == before
    assert browser.post(where, {"reason": "Replaced"}).status_code == 302
    document.refresh_from_db()
    assert (document.is_withdrawn, document.symbol) == (True, "DG-2/1")
    assert browser.post(where, {"reason": "Again"}).status_code == 409


def test_a_late_rev_is_offered_no_request_that_only_a_new_document_answers(
    browser, draft, register, deadline, held, saudi_focal_point
):
    document = drafts.submit(draft, saudi_focal_point).receipt.revision.document
    change = drafting.begin_change(document, "rev", rights=rights_of(saudi_focal_point), at=held.at)
    drafts.put_file(change, saudi_focal_point, text="Another text")
    slot = drafts.make_slot(register)
    held.move_to(deadline + MICROSECOND)
    preview = browser.get(url("proof", change))
    late = browser.post(url("submit", change), {"token": token_on(preview)})
    assert late.status_code == 409 and "Your request arrived" in late.content.decode()
    for page in (preview, late, browser.get(url("contribution", change))):
        assert url("use-slot", change, slot.pk) not in page.content.decode()
    before = drafts.as_it_stands(change)
    assert browser.post(url("use-slot", change, slot.pk)).status_code == 409
    assert drafts.as_it_stands(change) == before
