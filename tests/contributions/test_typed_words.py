"""Whatever is pressed on a draft's page, the words typed there are saved first, or stay in the form and nothing is done."""

import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from contributions import drafting, withdrawing
from contributions.models import Contribution, Sponsorship
from cwg.documents.models import Document
from cwg.members.rights import rights_of
from tests import drafts, factories
from tests.contributions.submit_pages import plain
from tests.tampering import as_owner

pytestmark = pytest.mark.django_db

ACTS = (
    *("upload", "remove-file", "move-file", "replace-earlier"),
    *("ask-sponsor", "remove-sponsor", "use-slot", "answer-nothing", "discard"),
)
ACTS_OF_FILER = ("upload-letter", "remove-letter", "received")


@pytest.fixture
def draft(dg, held, saudi_focal_point) -> Contribution:
    register = factories.make_register(dg)
    draft = drafts.make_draft(dg, register, by=saudi_focal_point)
    drafts.make_slot(register)
    Sponsorship.objects.create(contribution=draft, state=factories.make_state("FRA"), asked_at=held.at)
    factories.make_state("SYR")
    return draft


@pytest.fixture
def filed(dg, held, secretary) -> Contribution:
    return drafts.make_draft(dg, factories.make_register(dg, 3), by=secretary, received=drafts.LETTER)


@pytest.fixture
def world(request, client_of, draft, filed, saudi_focal_point, secretary, held):
    """A browser and a draft of who may press all its buttons."""

    def of(act):
        if act == "replace-earlier":
            held.forward(seconds=1)
            drafts.put_file(draft, saudi_focal_point, text="A newer text under the same name.")
            draft.refresh_from_db()
        return (
            (client_of(secretary), filed) if act in ACTS_OF_FILER else (client_of(saudi_focal_point), draft)
        )

    return of


def typed(browser, draft, **words) -> dict:
    """What the form of the draft's page sends, with other words."""
    form = browser.get(reverse("contributions:contribution", args=[draft.pk])).context["form"]
    sent = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else value for name, value in sent.items()} | words


def press(browser, draft, act: str, words: dict):
    more: list = []
    if act in ("remove-file", "move-file"):
        more = [draft.files.first().pk]
    elif act == "replace-earlier":
        more = [draft.files.latest("uploaded_at").pk]
    elif act == "remove-letter":
        more = [draft.letters.first().pk]
    elif act == "remove-sponsor":
        more = [draft.sponsorships.first().pk]
    elif act == "use-slot":
        more = [draft.open_slots.first().pk]
    sent = dict(words)
    if act.startswith("upload"):
        sent |= {"language": "fr", "file": SimpleUploadedFile("a.pdf", factories.pdf_bytes("Another"))}
    elif act == "move-file":
        sent["to"] = "fr"
    elif act == "ask-sponsor":
        sent["state"] = factories.make_state("SYR").pk
    elif act == "received":
        sent |= {"came_by": "email", "dated": "2026-02-19"}
    return browser.post(reverse(f"contributions:{act}", args=[draft.pk, *more]), sent)


def without_words(draft) -> dict:
    """All that an act may change, and saving words does not."""
    stands = drafts.as_it_stands(draft)
    kept = {name: stands["draft"][name] for name in ("slot_id", "answers_id", "came_by", "dated", "status")}
    return stands | {"draft": kept}


@pytest.mark.parametrize("act", [*ACTS, *ACTS_OF_FILER])
def test_what_was_typed_is_saved_with_the_act(world, act):
    browser, draft = world(act)
    before = without_words(draft)
    words = typed(browser, draft, title="Typed", summary="Typed and not saved")
    assert press(browser, draft, act, words).status_code == 302
    draft.refresh_from_db()
    assert (draft.title, draft.summary) == ("Typed", "Typed and not saved")
    assert act == "answer-nothing" or without_words(draft) != before


@pytest.mark.parametrize("act", [*ACTS, *ACTS_OF_FILER])
def test_in_a_conflict_both_texts_are_shown_and_nothing_is_done(world, act):
    browser, draft = world(act)
    words = typed(browser, draft, title="Mine", summary="My summary")
    drafting.edit(
        draft.pk,
        drafts.wording(draft.register, "Theirs"),
        edition=draft.edition,
        seen=words["seen"],
        rights=rights_of(draft.created_by),
        at=draft.created_at,
    )
    before = drafts.as_it_stands(draft)
    answer = press(browser, draft, act, words)
    page = plain(answer)
    assert answer.status_code == 409
    assert "Theirs" in page and "My summary" in page and 'value="Mine"' in answer.content.decode()
    assert "<del>Theirs</del><ins>Mine</ins>" in answer.content.decode()
    assert "the button you pressed has done nothing else" in page
    assert drafts.as_it_stands(draft) == before


@pytest.mark.parametrize("act", [*ACTS, *ACTS_OF_FILER])
def test_words_that_cannot_be_saved_stay_in_the_form_and_nothing_is_done(world, act):
    browser, draft = world(act)
    words = typed(browser, draft, title=" ", summary="Typed and not saved")
    before = drafts.as_it_stands(draft)
    answer = press(browser, draft, act, words)
    assert answer.status_code == 422
    assert "Typed and not saved" in plain(answer)
    assert drafts.as_it_stands(draft) == before


@pytest.mark.parametrize("act", [*ACTS, *ACTS_OF_FILER])
def test_where_nothing_was_typed_an_untitled_draft_stops_no_act(world, act):
    browser, draft = world(act)
    Contribution.objects.filter(pk=draft.pk).update(title="", original_languages=[])
    assert press(browser, draft, act, typed(browser, draft)).status_code == 302


def test_who_typed_nothing_is_in_no_conflict(world):
    browser, draft = world("remove-file")
    words = typed(browser, draft)
    drafts.put_file(draft, draft.created_by, language="fr", text="Came meanwhile")
    assert press(browser, draft, "remove-file", words).status_code == 302
    assert draft.files.count() == 1


def test_a_file_that_is_too_large_loses_no_words(world, settings):
    browser, draft = world("upload")
    address = reverse("contributions:contribution", args=[draft.pk])
    page = browser.get(address).content.decode()
    main = page[page.index("<main") :]
    assert (
        0 < main.index('name="csrfmiddlewaretoken"') < main.index('name="seen"') < main.index('type="file"')
    )
    words = typed(browser, draft, title="Typed")
    settings.MAX_FILE_BYTES = 1024 * 1024
    file = SimpleUploadedFile("a.pdf", b"x" * 1_500_000, content_type=factories.PDF)
    sent = words | {"language": "fr", "file": file}
    answer = browser.post(reverse("contributions:upload", args=[draft.pk]), sent)
    assert answer.status_code == 413
    draft.refresh_from_db()
    assert (draft.title, draft.files.count()) == ("Typed", 1)
    assert 'value="Typed"' in answer.content.decode()


def test_saving_the_draft_saves_how_it_came_with_it(world):
    browser, draft = world("received")
    words = typed(browser, draft, title="Typed") | {"came_by": "email", "dated": "2026-02-19"}
    address = reverse("contributions:contribution", args=[draft.pk])
    before = drafts.as_it_stands(draft)
    assert browser.post(address, words | {"dated": ""}).status_code == 422
    assert drafts.as_it_stands(draft) == before
    assert browser.post(address, words).status_code == 302
    draft.refresh_from_db()
    assert (draft.title, draft.came_by, str(draft.dated)) == ("Typed", "email", "2026-02-19")


@pytest.mark.parametrize("act", ["ask-sponsor", "received"])
def test_every_button_of_the_page_belongs_to_the_form_of_the_words(world, act):
    browser, draft = world(act)
    page = browser.get(reverse("contributions:contribution", args=[draft.pk])).content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    actions = re.findall(r'<form[^>]* action="([^"]*)"', main)
    sends_words = [reverse(f"contributions:{name}", args=[draft.pk]) for name in ("upload", "upload-letter")]
    assert not set(actions) - set(sends_words)
    buttons = re.findall(r'<button type="submit"[^>]*formaction="([^"]*)"[^>]*>', main)
    assert sends_words[0] in buttons
    for tag in re.findall(r"<button[^>]*formaction=[^>]*>", main):
        assert 'form="words"' in tag and "formnovalidate" in tag
    first = re.search(r'<button[^>]*form="words"[^>]*>', main)
    assert first and "formaction" not in first.group(), "the Enter key saves the draft"


def discarded(draft) -> str:
    drafting.discard(draft.pk, rights=rights_of(draft.created_by), at=draft.created_at)
    return "This draft was discarded meanwhile"


def submitted(draft) -> str:
    receipt = drafts.submit(draft, draft.created_by).receipt
    return f"This draft was submitted already, as {receipt.revision.symbol}."


@pytest.mark.parametrize("ended", [discarded, submitted])
@pytest.mark.parametrize("act", ["save", *ACTS, *ACTS_OF_FILER])
def test_what_was_typed_while_a_colleague_ended_the_draft_can_be_copied(world, act, ended):
    browser, draft = world(act)
    words = typed(browser, draft, title="Typed", summary="Typed and not saved")
    said = ended(draft)
    before = drafts.as_it_stands(draft), drafts.registered()
    if act == "save":
        answer = browser.post(reverse("contributions:contribution", args=[draft.pk]), words)
    else:
        answer = press(browser, draft, act, words)
    page = answer.content.decode()
    assert answer.status_code == 409 and said in plain(answer)
    assert "Typed</bdi>" in page and "Typed and not saved</bdi>" in page
    if ended is submitted:
        receipt = Document.objects.get().current.receipt
        assert f'href="{receipt.get_absolute_url()}"' in page
    else:
        assert f'href="{draft.get_absolute_url()}"' in page
    assert (drafts.as_it_stands(draft), drafts.registered()) == before


@pytest.mark.parametrize("act", ["save", *ACTS, "upload-letter", "remove-letter"])
def test_who_typed_nothing_is_led_to_the_receipt_whatever_was_pressed(world, act):
    browser, draft = world(act)
    words = typed(browser, draft)
    submitted(draft)
    before = drafts.as_it_stands(draft), drafts.registered()
    if act == "save":
        answer = browser.post(reverse("contributions:contribution", args=[draft.pk]), words)
    else:
        answer = press(browser, draft, act, words)
    assert answer.url == Document.objects.get().current.receipt.get_absolute_url()
    assert "This was submitted already; here is its receipt." in plain(browser.get(answer.url))
    assert (drafts.as_it_stands(draft), drafts.registered()) == before


def test_words_in_conflict_leave_how_it_came_as_it_was_typed(world):
    browser, draft = world("received")
    words = typed(browser, draft, title=" ")
    before = drafts.as_it_stands(draft)
    answer = press(browser, draft, "received", words)
    assert answer.status_code == 422
    assert 'value="2026-02-19"' in answer.content.decode()
    assert drafts.as_it_stands(draft) == before


def test_a_discarded_draft_is_restored_with_the_words_that_stood_in_its_form(world):
    browser, draft = world("discard")
    words = typed(browser, draft, title="Typed", summary="Typed and not saved")
    assert press(browser, draft, "discard", words).status_code == 302
    assert Contribution.objects.get(pk=draft.pk).status == Contribution.Status.DISCARDED
    browser.post(reverse("contributions:take-back", args=[draft.pk]))
    draft.refresh_from_db()
    assert (draft.title, draft.summary, draft.is_open) == ("Typed", "Typed and not saved", True)


LONG = "What took an hour to write, and stands nowhere else. " * 20


def test_what_is_typed_is_in_the_answer_where_it_is_discarded_under_the_lock(world, monkeypatch):
    browser, draft = world("contribution")
    words = typed(browser, draft, summary=LONG)
    edit = drafting.edit

    def after_it_was_discarded(*args, **kwargs):
        discarded(draft)
        return edit(*args, **kwargs)

    monkeypatch.setattr(drafting, "edit", after_it_was_discarded)
    answer = browser.post(draft.get_absolute_url(), words)
    assert answer.status_code == 409 and LONG.strip() in plain(answer)


@pytest.mark.parametrize("act", ["remove-file", "remove-sponsor", "use-slot"])
def test_what_is_typed_is_saved_though_what_was_pressed_for_is_gone(world, act):
    browser, draft = world(act)
    words = typed(browser, draft, summary=LONG)
    row = {
        "remove-file": lambda: draft.files.get(),
        "remove-sponsor": lambda: draft.sponsorships.get(),
        "use-slot": lambda: draft.open_slots.get(),
    }[act]()
    pk = row.pk
    with as_owner():
        row.delete()
    answer = browser.post(reverse(f"contributions:{act}", args=[draft.pk, pk]), words)
    assert answer.status_code == 404
    draft.refresh_from_db()
    assert draft.summary == LONG.strip()


@pytest.mark.parametrize("moment", ["before it is sent", "under the lock"])
def test_a_request_that_closes_while_its_answer_is_written_takes_no_words_along(
    dg, held, saudi_focal_point, client_of, monkeypatch, moment
):
    register = factories.make_register(dg)
    slot = drafts.make_slot(register)
    browser = client_of(saudi_focal_point)
    address = f"{reverse('contributions:new')}?meeting={register.slug}&slot={slot.pk}"
    assert browser.get(address).status_code == 200

    def close() -> None:
        type(slot).objects.filter(pk=slot.pk).update(withdrawn_at=held.at)

    if moment == "before it is sent":
        close()
    else:
        begin = drafting.begin

        def after_it_closed(**asked):
            close()
            asked["slot"].refresh_from_db()
            return begin(**asked)

        monkeypatch.setattr(drafting, "begin", after_it_closed)
    words = {
        "register": register.pk,
        "kind": "contribution_action",
        "title": "Typed",
        "original_languages": ["en"],
        "summary": LONG,
    }
    answer = browser.post(address, words)
    assert answer.status_code == 409
    assert LONG.strip() in plain(answer) and "is no longer open" in plain(answer)
    assert not Contribution.objects.exists()
    monkeypatch.undo()
    # The form that is shown goes to the page without the request.
    onward = unescape(re.search(r'<form method="post" action="([^"]+)"', answer.content.decode())[1])
    assert "slot" not in onward and browser.post(onward, words).status_code == 302
    assert (Contribution.objects.get().summary, Contribution.objects.get().slot) == (LONG.strip(), None)


def test_the_secretariat_keeps_what_it_typed_where_the_request_it_files_for_closes(
    dg, held, secretary, client_of
):
    register = factories.make_register(dg)
    slot = drafts.make_slot(register)
    browser = client_of(secretary)
    address = f"{reverse('contributions:for')}?meeting={register.slug}&slot={slot.pk}"
    assert browser.get(address).status_code == 200
    type(slot).objects.filter(pk=slot.pk).update(withdrawn_at=held.at)
    answer = browser.post(address, {"came_by": "letter", "dated": "2026-02-20"})
    page = answer.content.decode()
    assert answer.status_code == 409 and 'value="2026-02-20"' in page and "is no longer open" in page
    assert not Contribution.objects.exists()
    # Saved now, as the page says, it begins a draft for the same party and meeting.
    onward = unescape(re.search(r'<form method="post" action="([^"]+)"', page)[1])
    chosen = re.findall(r'<option value="([^"]+)" selected', page)
    assert chosen == ["SAU", str(register.pk)]
    sent = {"party_code": "SAU", "register": register.pk, "came_by": "letter", "dated": "2026-02-20"}
    assert browser.post(onward, sent).status_code == 302
    made = Contribution.objects.get()
    assert (made.party.code, made.register, made.slot) == ("SAU", register, None)


@pytest.mark.parametrize("moment", ["before it is sent", "under the lock"])
def test_the_reason_of_who_withdraws_second_is_in_the_answer(
    dg, saudi_focal_point, client_of, monkeypatch, moment
):
    document = factories.make_document(factories.make_register(dg))
    withdraw, reason = withdrawing.withdraw, LONG[:490].strip()

    def quicker(found=document, **asked) -> None:
        withdraw(document, rights=rights_of(saudi_focal_point), reason="First")

    if moment == "before it is sent":
        quicker()
    else:

        def after_another(found, **asked):
            quicker()
            return withdraw(found, **asked)

        monkeypatch.setattr(withdrawing, "withdraw", after_another)
    answer = client_of(saudi_focal_point).post(
        reverse("contributions:withdraw", args=[document.pk]), {"reason": reason}
    )
    assert answer.status_code == 409 and reason in plain(answer)
