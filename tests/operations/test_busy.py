"""A register that cannot be locked: every act answers 503 in a true sentence, and keeps what was entered."""

import ast
import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cwg.documents import register, translations
from cwg.members.rights import rights_of
from cwg.record.models import JournalEntry
from meetings import requests
from tests import drafts, factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting(dg, held):
    return factories.make_meeting(dg)


@pytest.fixture
def in_session(dg, held):
    return factories.make_meeting(dg, 1, opens_at=held.at - timedelta(hours=2))


@pytest.fixture
def document(meeting, saudi_focal_point):
    return factories.make_document(meeting.register, actor=saudi_focal_point)


def submitting(asked):
    focal_point, meeting = asked("saudi_focal_point"), asked("meeting")
    draft = drafts.make_draft(meeting.register.group, meeting.register, by=focal_point)
    address = reverse("contributions:submit", args=[draft.pk])
    return focal_point, address, {"token": str(drafts.token_for(draft, focal_point))}


def withdrawing(asked):
    address = reverse("contributions:withdraw", args=[asked("document").pk])
    return asked("saudi_focal_point"), address, {"reason": 'Replaced by "another" one'}


def disclosing(asked):
    address = reverse("documents:disclosure", args=[asked("document").path])
    return asked("secretary"), address, {"disclosure": "public", "reason": "Asked for\nby <Council>"}


def translating(asked):
    secretary, document = asked("secretary"), asked("document")
    upload = SimpleUploadedFile("fr.pdf", factories.pdf_bytes("Le texte."), content_type=factories.PDF)
    text = document.current.pk
    rights = rights_of(secretary)
    translations.prepare(document, text, upload, language="fr", rights=rights, at=rights.at)
    address = reverse("documents:translations", args=[document.path])
    return secretary, f"{address}?text=original", {"language": "fr"}


def announcing(asked):
    prepared = factories.make_meeting(asked("dg"), 3, announced=False)
    return asked("secretary"), reverse("meetings:announce", args=[prepared.register.slug]), {}


def closing(asked):
    return asked("secretary"), reverse("meetings:close", args=[asked("in_session").register.slug]), {}


def taking_a_request_back(asked):
    secretary, meeting = asked("secretary"), asked("in_session")
    one = requests.record(
        meeting, addressees=[factories.make_state("SAU")], item="3", wording="A list.", actor=secretary
    )
    address = reverse("meetings:withdraw-request", args=[meeting.register.slug, one.pk])
    return secretary, address, {"reason": "Asked twice"}


def linking_an_answer(asked):
    secretary, meeting = asked("secretary"), asked("in_session")
    saudi_arabia = factories.make_state("SAU")
    one = requests.record(
        meeting,
        addressees=[saudi_arabia],
        item="3",
        wording="A report.",
        due_on=meeting.register.last_day + timedelta(days=60),
        actor=secretary,
    ).addressees.get()
    document = factories.make_document(factories.make_meeting(asked("dg"), 9).register)
    address = reverse("meetings:link-answer", args=[meeting.register.slug, one.request_id, one.pk])
    return secretary, address, {"document": str(document.pk)}


ACTS = (
    submitting,
    withdrawing,
    disclosing,
    translating,
    announcing,
    closing,
    taking_a_request_back,
    linking_an_answer,
)


def entered_on(page: str) -> dict[str, str]:
    """The hidden fields of the page's own form, but for the token of the form itself."""
    own = page.partition('class="confirm"')[2].partition("</form>")[0]
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', own)
    return {name: unescape(value) for name, value in fields if name != "csrfmiddlewaretoken"}


@pytest.mark.parametrize("act", ACTS)
def test_an_act_that_meets_a_busy_register_changes_nothing_and_is_repeated_with_one_button(
    act, request, client_of, monkeypatch
):
    person, address, data = act(request.getfixturevalue)
    browser = client_of(person)

    def busy(register_id):
        raise register.RegisterBusy

    before = (list(JournalEntry.objects.values()), drafts.registered())
    with monkeypatch.context() as patch:
        patch.setattr(register, "lock", busy)
        answer = browser.post(address, data)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    page = answer.content.decode()
    assert "Nothing was changed" in page
    assert f'action="{address}"' in page
    assert (list(JournalEntry.objects.values()), drafts.registered()) == before
    assert entered_on(page) == data
    assert browser.post(address, entered_on(page)).status_code == 302
    assert JournalEntry.objects.count() > len(before[0])


def test_no_page_answers_a_busy_register_in_words_of_its_own():
    """They would differ, and the next page would forget it."""
    own = [
        f"{path}:{node.lineno}"
        for part in ("cwg", "contributions", "meetings")
        for path in Path(settings.BASE_DIR, part).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and node.type
        and re.search("Busy'", ast.dump(node.type))
        # The register itself tries again what its own silence ended.
        and path.name != "register.py"
    ]
    assert own == []
