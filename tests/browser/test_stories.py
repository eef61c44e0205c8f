"""What the people of the Group do, told in a browser (issue 2, "What a person must be able to do")."""

import base64
import hashlib
import hmac
import re
import struct
import time
from datetime import datetime, timedelta

import pytest

from tests import factories
from tests.browser import contributing, mails, soundness
from tests.browser.contributing import ANNOUNCED, IN_SESSION, word_file
from tests.browser.visitor import PASSWORD, Visit

pytestmark = pytest.mark.browser


# --- A contribution, from the first word to the last reader ---------------------------------------------------------


def test_a_delegate_drafts_a_focal_point_submits_and_every_member_state_reads(visit: Visit):
    title = "Protection of critical Internet resources"
    delegate = visit("delegate.usa")
    delegate.open("/")
    delegate.follow("Start a contribution")
    contributing.fill_words(delegate, title)
    delegate.press("Save draft and add files")

    delegate.expects(422)
    delegate.page.set_input_files(
        "#files-input", [{"name": "notes.txt", "mimeType": "text/plain", "buffer": b"Only notes."}]
    )
    refused = delegate.page.locator(".transfer.is-wrong")
    refused.wait_for()
    assert "This is a plain text. Only Word documents (.docx) and PDF are taken" in refused.inner_text()
    assert delegate.page.locator("#files .file-row").count() == 0

    content = factories.docx_bytes(f"{title}. " + "A sentence of the text. " * 2000)
    contributing.upload(delegate, {"name": "usa-en.docx", "mimeType": contributing.WORD, "buffer": content})
    row = delegate.page.locator("#files .file-row").inner_text()
    digest = hashlib.sha256(content).hexdigest()
    assert "Word" in row and digest in row and "Not scanned" in row

    contributing.to_preview(delegate)
    paper = delegate.page.locator(".paper").inner_text()
    assert title in paper and "United States" in paper and "Number given on submission" in paper
    assert delegate.page.get_by_role("button", name="Submit", exact=True).count() == 0
    delegate.press("Ask the focal point to submit")
    assert "They get a mail" in delegate.words()

    focal_point = visit("focal.usa")
    focal_point.open("/")
    asked = focal_point.page.get_by_role("region", name="Asked of you").get_by_role("listitem")
    task = asked.filter(has_text=title)
    assert "You are asked to submit it" in task.inner_text()
    task.get_by_role("link", name=re.compile("^Check and submit")).click()
    focal_point.page.get_by_role("heading", name="Preview").wait_for()
    symbol = contributing.submit(focal_point)
    receipt = focal_point.words()
    assert re.fullmatch(r"CWG-Internet-24/\d+", symbol)
    assert (
        "In time" in receipt and digest in receipt and "UTC" in receipt and "Matches the register" in receipt
    )
    with focal_point.page.expect_download() as printed:
        focal_point.follow("Receipt as PDF")
    assert printed.value.path().read_bytes().startswith(b"%PDF-")

    reader = visit("delegate.chn")
    reader.open(f"/meetings/{ANNOUNCED}/")
    line = reader.page.locator("tr", has_text=title)
    assert symbol in line.inner_text() and "United States" in line.inner_text()
    line.get_by_role("link", name=symbol).click()
    with reader.page.expect_download() as taken:
        reader.page.locator("main a[href^='/files/']").first.click()
    assert taken.value.path().read_bytes() == content


def test_the_secretariat_adds_a_translation_and_puts_a_better_one_in_its_place(visit: Visit):
    symbol = contributing.submitted(visit("focal.bra"), "Local content in many languages")
    address = re.sub(r"^(.+)-(\d+)/(\d+)$", r"/documents/\1-\2/\3/", symbol).lower()
    secretary = visit("secretariat")
    page = secretary.page

    def add(file: dict, button: str) -> None:
        secretary.open(address)
        secretary.follow("Add a translation")
        page.get_by_label("Language of the file").select_option("fr")
        page.set_input_files("#translation-input", [file])
        page.get_by_role("heading", name="French: ready to add").wait_for()
        assert file["name"] in secretary.words()
        if button.startswith("Replace"):
            page.get_by_label("Reason").fill("The wrong file was uploaded.")
        secretary.press(button)

    add(word_file("faux.docx", "Un autre texte."), "Add the French translation")
    row = page.locator("tr", has=page.get_by_role("rowheader", name="French"))
    assert "translation, added" in row.inner_text()
    content = factories.docx_bytes("Le texte.")
    better = {"name": "juste.docx", "mimeType": contributing.WORD, "buffer": content}
    add(better, "Replace the French translation")
    with page.expect_download() as taken:
        row.get_by_role("link", name="Word").click()
    assert taken.value.path().read_bytes() == content
    page.locator("summary", has_text="Time, deadline and files").click()
    assert "faux.docx" in secretary.words() and "Replaced" in secretary.words()


def test_a_document_is_revised_corrected_in_one_language_and_withdrawn(visit: Visit):
    focal_point = visit("focal.chn")
    symbol = contributing.submitted(focal_point, "Affordable access for landlocked countries")
    address = re.sub(r"^(.+)-(\d+)/(\d+)$", r"/documents/\1-\2/\3/", symbol).lower()

    focal_point.open(address)
    focal_point.follow("Revise (Rev.)")
    focal_point.press("Begin the change as a draft")
    contributing.upload(focal_point, word_file("revised.docx", "A better text."))
    contributing.to_preview(focal_point)
    assert contributing.submit(focal_point) == f"{symbol}(Rev.1)"

    focal_point.open(address)
    focal_point.follow("Correct one language (Corr.)")
    focal_point.page.get_by_label("Language of a corrigendum").select_option("en")
    focal_point.press("Begin the change as a draft")
    contributing.upload(focal_point, word_file("correction.docx", "Read “may” for “must”."))
    contributing.to_preview(focal_point)
    assert "(Corr.1)" in contributing.submit(focal_point)

    focal_point.open(address)
    revisions = focal_point.page.locator(".revisions").inner_text()
    assert "(Rev.1)" in revisions and "(Corr.1)" in revisions and "Superseded" in revisions
    focal_point.follow("Withdraw")
    focal_point.page.get_by_label("Reason").fill("A new proposal will replace it.")
    focal_point.press(f"Withdraw {symbol}")

    reader = visit("delegate.sau")
    reader.open(address)
    words = reader.words()
    assert symbol in words and "A new proposal will replace it." in words
    assert reader.page.locator("a[href^='/files/']").count() == 0
    reader.open(f"/meetings/{ANNOUNCED}/")
    assert "Withdrawn" in reader.page.locator("tr", has_text=symbol).first.inner_text()


def test_what_is_late_is_kept_and_held_for_the_next_meeting_with_one_click(visit: Visit):
    title = "A proposal that came after the deadline"
    focal_point = visit("focal.rus")
    contributing.begin(focal_point, title, meeting=IN_SESSION)
    contributing.upload(focal_point, word_file("late.docx"))
    contributing.to_preview(focal_point)
    words = focal_point.words()
    assert re.search(r"Late by (\d+ days?|\d+ hours?)", words) and "24 hours before the start" in words
    # What is sure to be refused is not offered.
    assert focal_point.page.get_by_role("button", name="Submit", exact=True).count() == 0
    assert soundness.faults_of(focal_point) == []
    focal_point.press("Hold for the next meeting")
    assert "held for 24th meeting of CWG-Internet" in focal_point.words()
    assert focal_point.page.get_by_role("heading", level=1).inner_text() == title
    assert "late.docx" in focal_point.page.locator("#files").inner_text()

    reader = visit("delegate.sau")
    for slug in (IN_SESSION, ANNOUNCED):
        reader.open(f"/meetings/{slug}/")
        assert title not in reader.words()


def test_a_document_requested_in_session_is_accepted_although_late(visit: Visit):
    wording = "The Group requested the Chinese administration to submit in writing what it had said."
    secretariat = visit("secretariat")
    secretariat.open(f"/meetings/{IN_SESSION}/")
    secretariat.follow("Record a request")
    page = secretariat.page
    page.get_by_label("Sitting").select_option(index=1)
    page.get_by_label("Agenda item").fill("5. Contributions of Member States")
    page.get_by_label("Find a name").fill("chin")
    assert not page.get_by_label("Brazil", exact=True).is_visible()
    page.get_by_label("China", exact=True).check()
    page.get_by_label("Wording").fill(wording)
    secretariat.press("Check the request")
    secretariat.press("Record the request")
    assert "Awaited until the meeting closes" in secretariat.words()
    request_path = secretariat.path()

    focal_point = visit("focal.chn")
    focal_point.open("/")
    focal_point.page.locator(".row-item", has_text=wording).get_by_role(
        "link", name="Answer this request"
    ).click()
    assert wording in focal_point.words()
    contributing.fill_words(focal_point, "What China said under item 5")
    focal_point.press("Save draft and add files")
    contributing.upload(focal_point, word_file("said.docx"))
    contributing.to_preview(focal_point)
    symbol = contributing.submit(focal_point)
    assert "Requested by the meeting" in focal_point.words()

    reader = visit("delegate.sau")
    reader.open(f"/meetings/{IN_SESSION}/")
    line = reader.page.locator("tr", has_text=symbol)
    assert "Requested by the meeting" in line.inner_text()
    reader.open(request_path)
    words = reader.words()
    assert "Answered" in words and symbol in words and "Awaited until" not in words
    focal_point.open("/")
    assert wording not in focal_point.words()


def test_a_request_with_a_date_is_answered_by_each_addressee_in_its_own_time(visit: Visit):
    wording = "The Group requested TSB and BDT to report on their activities."
    secretariat = visit("secretariat")
    secretariat.open(f"/meetings/{IN_SESSION}/record-request/")
    page = secretariat.page
    page.get_by_label("Agenda item").fill("7. Requests of the Group")
    page.get_by_label("Wording").fill(wording)
    page.get_by_label("Due by").fill("2030-05-15")
    for name in (
        "Telecommunication Standardization Bureau (TSB)",
        "Telecommunication Development Bureau (BDT)",
    ):
        page.get_by_label(name, exact=True).check()
    secretariat.press("Check the request")
    secretariat.press("Record the request")
    assert "0 of 2 answered" in secretariat.words()
    request_path = secretariat.path()

    tsb = visit("tsb")
    tsb.open("/")
    asked = tsb.page.locator(".row-item", has_text=wording)
    assert "Awaited until 15 May 2030" in asked.inner_text()
    asked.get_by_role("link", name="Answer this request").click()
    assert wording in tsb.words() and "The deadlines of its meeting apply all the same" in tsb.words()
    contributing.fill_words(tsb, "What TSB did")
    tsb.press("Save draft and add files")
    contributing.upload(tsb, word_file("did.docx"))
    contributing.to_preview(tsb)
    symbol = contributing.submit(tsb)
    tsb.open(request_path)
    assert symbol in tsb.words() and "1 of 2 answered" in tsb.words()

    secretariat.open(request_path)
    page.locator(".row-item", has_text="(BDT)").get_by_role("link", name="Link a document").click()
    page.get_by_label("Symbol of the document").fill(symbol)
    secretariat.press("Link the document")
    assert "Awaited until" not in secretariat.words()
    page.locator(".row-item", has_text="(BDT)").get_by_role("link", name="Remove the link").click()
    page.get_by_label("Reason").fill("It speaks of TSB alone")
    secretariat.press("Remove the link")
    assert "1 of 2 answered" in secretariat.words()
    assert soundness.faults_of(secretariat) == []


def test_a_joint_contribution_names_each_administration_that_confirmed(visit: Visit):
    title = "Exchange points in small islands"
    lead, partner = visit("focal.usa"), visit("focal.fra")
    contributing.begin(lead, title)
    contributing.upload(lead, word_file("joint.docx"))
    for name in ("France", "Latvia"):
        lead.page.get_by_label("Member State", exact=True).select_option(label=name)
        lead.press("Ask to join")

    partner.open("/")
    partner.page.locator(".row-item", has_text=title).get_by_role("link", name="Answer").click()
    partner.page.locator(".row-item", has_text=title).get_by_role("button", name="Join", exact=True).click()
    partner.page.locator(".row-item", has_text=title).get_by_text("Confirmed").wait_for()

    lead.page.reload()
    contributing.to_preview(lead)
    assert "Not confirmed, and so not listed as a source: Latvia" in lead.words()
    symbol = contributing.submit(lead)
    contributing.to_document(lead, symbol)
    source = lead.page.locator(".paper-source").inner_text()
    assert "United States" in source and "France" in source and "Latvia" not in source


# --- People -------------------------------------------------------------------------------------------------------------


def test_a_focal_point_invites_somebody_whose_rights_end_in_the_middle_of_a_visit(visit: Visit):
    email = "ieva.ozola@test.example"
    focal_point = visit("focal.lva")
    focal_point.open("/delegation/")
    if focal_point.path() == "/delegation/":
        focal_point.page.locator("main a[href*='cwg-internet']").first.click()
    focal_point.follow("Invite somebody")
    page = focal_point.page
    page.get_by_label("Name").fill("Ieva Ozola")
    page.get_by_label("E-mail address").fill(email)
    focal_point.press("Send the invitation")
    assert email in focal_point.words()
    delegation = focal_point.path()

    link = mails.link_of(visit("secretariat"), to=email, below="/invitation/")
    newcomer = visit()
    newcomer.open(link)
    assert "Latvia" in newcomer.words() and soundness.faults_of(newcomer) == []
    for field in newcomer.page.locator("main input[type=password]").all():
        field.fill("nine-quiet-rivers-2026")
    newcomer.press("Accept")
    assert "Welcome" in newcomer.words()
    newcomer.open(f"/meetings/{ANNOUNCED}/")
    assert "24th meeting" in newcomer.words()

    stranger = visit()
    stranger.expects(410)
    stranger.open(link)
    assert stranger.answer.status == 410, "the link works once"

    focal_point.open(delegation)
    focal_point.page.locator(".row-item", has_text="Ieva Ozola").get_by_role("link", name="End").click()
    focal_point.page.get_by_label("Reason").fill("She has another task now.")
    focal_point.press("End at once")
    newcomer.expects(404)
    newcomer.open(f"/meetings/{ANNOUNCED}/")
    assert newcomer.answer.status == 404


def test_a_person_reads_the_portal_from_right_to_left_and_back(visit: Visit):
    person = visit("delegate.bra")
    person.open("/me/")
    person.page.get_by_label("Language of pages and mails").select_option("ar")
    person.press("Save")
    html = person.page.locator("html")
    assert (html.get_attribute("dir"), html.get_attribute("lang")) == ("rtl", "ar")
    brand, menus = person.page.locator(".brand").bounding_box(), person.page.locator(".masthead-menus")
    assert brand["x"] > menus.bounding_box()["x"], "the page is mirrored"
    person.page.locator("#id_language").select_option("en")
    with person.page.expect_navigation():
        person.page.locator("main form button[type=submit]").first.click()
    assert html.get_attribute("dir") == "ltr"


def test_a_calendar_address_is_made_renewed_and_removed(visit: Visit):
    person = visit("delegate.bra")
    person.open("/me/")
    if person.page.get_by_role("button", name="Remove the address").count():
        person.press("Remove the address")
    person.press("Make an address")
    first = person.page.get_by_label("Address of my calendar").input_value()
    anybody = visit()
    assert "BEGIN:VCALENDAR" in anybody.context.request.get(first).text()
    person.press("Make a new address")
    second = person.page.get_by_label("Address of my calendar").input_value()
    assert first != second
    assert anybody.context.request.get(first).status == 404
    assert anybody.context.request.get(second).ok
    person.press("Remove the address")
    assert anybody.context.request.get(second).status == 404


def test_a_second_factor_is_set_up_asked_for_at_sign_in_and_taken_off(visit: Visit):
    person = visit("delegate.rus")
    page = person.page
    person.open("/accounts/2fa/totp/activate/")
    if person.path() == "/accounts/reauthenticate/":
        page.get_by_label("Password").fill(PASSWORD)
        person.press("Continue")
    assert soundness.faults_of(person) == []
    secret = page.get_by_label("Key").input_value()
    page.get_by_label("Authenticator code").fill(_code(secret))
    person.press("Use this app")
    person.open("/accounts/2fa/recovery-codes/")
    assert soundness.faults_of(person) == []
    person.open("/accounts/2fa/recovery-codes/generate/")
    assert soundness.faults_of(person) == []
    person.open("/accounts/2fa/reauthenticate/")
    assert soundness.faults_of(person) == []

    elsewhere = visit()
    elsewhere.sign_in("delegate.rus@demo.example")
    assert elsewhere.path() == "/accounts/2fa/authenticate/"
    assert soundness.faults_of(elsewhere) == []
    elsewhere.open("/documents/")
    assert elsewhere.path() == "/accounts/2fa/authenticate/", "the password alone opens nothing"

    person.open("/accounts/2fa/totp/deactivate/")
    assert soundness.faults_of(person) == []
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/accounts/2fa/")
    third = visit()
    third.sign_in("delegate.rus@demo.example")
    assert third.path() == "/"


def _code(secret: str) -> str:
    """What an authenticator app shows now for that secret (RFC 6238, six digits, thirty seconds)."""
    moment = struct.pack(">Q", int(time.time()) // 30)
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, moment, hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


# --- The secretariat --------------------------------------------------------------------------------------------------


def test_the_secretariat_convenes_the_next_meeting_from_the_last_announces_and_moves_it(visit: Visit):
    secretariat = visit("secretariat")
    secretariat.open(f"/meetings/{ANNOUNCED}/")
    secretariat.follow("Convene the next meeting")
    page = secretariat.page
    ordinal = int(page.get_by_label("Number of the meeting").input_value())
    assert ordinal == 25
    opens = datetime.fromisoformat(page.get_by_label("Date of the opening").input_value())
    secretariat.press("Convene")
    for warning in page.get_by_label("this is intended").all():
        warning.check()
        secretariat.press("Convene")
    slug = secretariat.path()
    assert slug == "/meetings/cwg-internet-25/" and "Not announced" in secretariat.words()

    delegate = visit("delegate.sau")
    delegate.expects(404)
    delegate.open(slug)
    assert delegate.answer.status == 404

    secretariat.follow("Announce")
    secretariat.press("Announce")
    delegate.open(slug)
    assert delegate.answer.status == 200

    secretariat.follow("Move the meeting")
    later = (opens + timedelta(days=1)).strftime("%Y-%m-%d")
    page.get_by_label("Date of the opening").fill(later)
    secretariat.press("Show what would change")
    assert "New opening" in secretariat.words()
    for choice in page.locator("main fieldset").all():
        choice.get_by_role("radio").first.check()
    # Which day it is depends on today: where a sitting falls on a weekend, that is confirmed.
    for warning in page.get_by_label("this is intended").all():
        warning.check()
    page.get_by_label("Reason").fill("The hall is taken on that day.")
    secretariat.press("Move the meeting")
    assert secretariat.path() == slug
    delegate.page.reload()
    assert f"{(opens + timedelta(days=1)).day} " in delegate.page.locator("#facts ~ dl").inner_text()


def test_the_secretariat_sees_today_and_the_journal_and_changes_who_may_read_a_document(visit: Visit):
    delegation = visit("focal.chn")
    symbol = contributing.submitted(delegation, "Local content and libraries")
    secretariat = visit("secretariat")
    secretariat.open("/today/")
    today = secretariat.words()
    assert symbol in today and "Saudi Arabia 1" in today
    assert "Multilingualization" not in today, "drafts are a number, never their content"

    def open_record() -> None:
        secretariat.open("/console/documents/document/?q=Local+content")
        page.locator("main tr", has_text=symbol).get_by_role("link").first.click()

    page = secretariat.page
    open_record()
    secretariat.follow("Change who may read it")
    page.get_by_label("Who may read it").select_option(label="Public")
    page.get_by_label("Reason").fill("The delegation asked for it.")
    secretariat.press("Change who may read it")

    anybody = visit()
    anybody.open(re.sub(r"^(.+)-(\d+)/(\d+)$", r"/documents/\1-\2/\3/", symbol).lower())
    assert "Local content and libraries" in anybody.words()

    secretariat.open("/console/record/journalentry/")
    latest = page.locator("main tbody tr").first
    assert "isclosure" in latest.inner_text() and "Secretariat" in latest.inner_text()
    latest.get_by_role("link").first.click()
    assert "The delegation asked for it." in secretariat.words()
    open_record()
    secretariat.follow("History")
    assert "The delegation asked for it." in secretariat.words()


# --- A meeting in session -------------------------------------------------------------------------------------------


def test_an_opening_recorded_by_mistake_is_asked_about_and_undone(visit: Visit):
    secretariat = visit("secretariat")
    secretariat.expects(400)
    page = secretariat.open(f"/meetings/{IN_SESSION}/open-sitting/")
    assert soundness.faults_of(secretariat) == []
    last = page.get_by_label("Sitting", exact=True).locator("option").last
    page.get_by_label("Sitting", exact=True).select_option(last.get_attribute("value"))
    secretariat.press("Record the opening")
    if secretariat.path().endswith("/open-sitting/"):
        assert soundness.faults_of(secretariat) == []
        page.locator("main form input[type=checkbox]").check()
        secretariat.press("Record the opening")
    secretariat.open(f"/meetings/{IN_SESSION}/")
    page.locator("main details:not([open]) > summary").evaluate_all(
        "all => all.forEach((each) => each.click())"
    )
    secretariat.follow("Undo an opening")
    page.wait_for_url("**/undo-opening/")
    assert soundness.faults_of(secretariat) == []
    page.get_by_label("Reason").fill("The wrong line was taken.")
    secretariat.press("Undo the opening")
    assert "The opening is undone" in secretariat.words()
