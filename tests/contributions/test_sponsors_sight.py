"""What an asked State sees of another delegation's draft: every state of the question x every state of the draft."""

import pytest
from django.urls import reverse

from contributions import drafting, held_over, previewing, sponsors
from contributions.models import Contribution, Sponsorship
from cwg.documents import register
from cwg.documents.models import Document
from cwg.members.rights import rights_of
from cwg.notices import expansion
from cwg.notices.models import Event, Notice
from tests import drafts, factories

pytestmark = pytest.mark.django_db

TITLE = "A title not yet published"
QUESTIONS = ("asked", "confirmed", "declined", "left", "removed")
DRAFTS = ("open", "held", "discarded", "submitted")


@pytest.fixture
def draft(held, dg, saudi_focal_point) -> Contribution:
    meeting = factories.make_meeting(dg)
    made = drafts.make_draft(dg, meeting.register, by=saudi_focal_point, title=TITLE)
    return Contribution.objects.get(pk=made.pk)


def put_question(draft: Contribution, state: str, lead, asked_person, at) -> Sponsorship:
    sponsorship = sponsors.ask(draft.pk, factories.make_state("SYR"), rights=rights_of(lead), at=at)
    if state in ("confirmed", "left"):
        sponsors.answer(sponsorship.pk, joins=True, rights=rights_of(asked_person), at=at)
    if state in ("declined", "left"):
        sponsors.answer(sponsorship.pk, joins=False, rights=rights_of(asked_person), at=at)
    if state == "removed":
        sponsors.take_back(draft.pk, sponsorship.pk, rights=rights_of(lead), at=at)
    assert Sponsorship.objects.get(pk=sponsorship.pk).status == state
    return sponsorship


def put_draft(draft: Contribution, state: str, lead, at) -> None:
    if state == "held":
        assert draft.register is not None
        held_over.hold(draft.pk, rights=rights_of(lead), at=draft.register.opens_at)  # when it is late
    elif state == "discarded":
        drafting.discard(draft.pk, rights=rights_of(lead), at=at)
    elif state == "submitted":
        drafts.submit(draft, lead)


@pytest.mark.parametrize("of_draft", DRAFTS)
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_draft_is_read_by_who_signs_it_while_it_may_be_signed(
    draft, question, of_draft, saudi_focal_point, syrian_focal_point, syrian_delegate, client_of, held
):
    put_question(draft, question, saudi_focal_point, syrian_focal_point, held.at)
    put_draft(draft, of_draft, saudi_focal_point, held.at)
    signs = question in ("asked", "confirmed")
    reads = signs and of_draft in ("open", "held")
    file = draft.files.get()
    for person in (syrian_focal_point, syrian_delegate):
        client = client_of(person)
        own = client.get(reverse("contributions:seat", args=["dg", "syr"])).content.decode()
        # What is registered, the whole group reads; of a draft only who signs it knows the title.
        assert (TITLE in own) == (reads or (of_draft == "submitted" and question == "confirmed"))
        preview = client.get(reverse("contributions:preview", args=[draft.pk]))
        expected = 200 if reads else 302 if signs and of_draft == "submitted" else 404
        assert preview.status_code == expected
        if expected == 302:
            assert preview["Location"] == Document.objects.get().get_absolute_url()
        download = client.get(reverse("contributions:draft-file", args=[draft.pk, file.pk]))
        assert download.status_code == (200 if reads else 404)
        home = client.get("/").content.decode()
        assert (TITLE in home) == ((question == "asked" and reads) or of_draft == "submitted")


def test_a_discarded_draft_is_gone_for_its_sponsors_and_there_for_its_own(
    draft, saudi_focal_point, syrian_focal_point, client_of, held
):
    put_question(draft, "confirmed", saudi_focal_point, syrian_focal_point, held.at)
    put_draft(draft, "discarded", saudi_focal_point, held.at)
    for name in ("contribution", "preview"):
        address = reverse(f"contributions:{name}", args=[draft.pk])
        assert client_of(syrian_focal_point).get(address, follow=True).status_code == 404
        assert client_of(saudi_focal_point).get(address, follow=True).status_code == 200


def test_the_files_of_a_withdrawn_document_are_closed_to_its_sponsors_by_the_drafts_address_too(
    draft, saudi_focal_point, syrian_focal_point, client_of, held
):
    put_question(draft, "confirmed", saudi_focal_point, syrian_focal_point, held.at)
    address = reverse("contributions:draft-file", args=[draft.pk, draft.files.get().pk])
    assert client_of(syrian_focal_point).get(address).status_code == 200
    put_draft(draft, "submitted", saudi_focal_point, held.at)
    register.withdraw(Document.objects.get(), actor=saudi_focal_point, reason="A mistake")
    assert client_of(syrian_focal_point).get(address).status_code == 404


@pytest.mark.parametrize("question", ["declined", "left"])
def test_who_declined_or_left_is_told_so_without_the_title_and_joins_only_when_asked_again(
    draft, question, saudi_focal_point, syrian_focal_point, client_of, held
):
    sponsorship = put_question(draft, question, saudi_focal_point, syrian_focal_point, held.at)
    page = (
        client_of(syrian_focal_point).get(reverse("contributions:seat", args=["dg", "syr"])).content.decode()
    )
    assert "ask Saudi Arabia to ask you again" in page and TITLE not in page
    with pytest.raises(sponsors.NotAnswerable):
        sponsors.answer(sponsorship.pk, joins=True, rights=rights_of(syrian_focal_point), at=held.at)
    assert Sponsorship.objects.get(pk=sponsorship.pk).status == question
    sponsors.ask(draft.pk, sponsorship.state, rights=rights_of(saudi_focal_point), at=held.at)
    sponsors.answer(sponsorship.pk, joins=True, rights=rights_of(syrian_focal_point), at=held.at)
    assert Sponsorship.objects.get(pk=sponsorship.pk).status == "confirmed"


def asked_notices(person) -> int:
    expansion.expand_due()
    return Notice.objects.filter(event__kind="sponsorship_asked", person=person).count()


def test_asking_and_taking_back_in_a_loop_sends_one_mail(draft, saudi_focal_point, syrian_focal_point, held):
    for _ in range(5):
        sponsorship = put_question(
            draft, "removed", saudi_focal_point, syrian_focal_point, held.forward(minutes=1)
        )
    put_question(draft, "asked", saudi_focal_point, syrian_focal_point, held.forward(minutes=1))
    assert Event.objects.filter(kind="sponsorship_asked").count() == 1
    assert asked_notices(syrian_focal_point) == 1
    # An answer ends the question; asking after it is a new one.
    sponsors.answer(sponsorship.pk, joins=False, rights=rights_of(syrian_focal_point), at=held.at)
    put_question(draft, "asked", saudi_focal_point, syrian_focal_point, held.forward(minutes=1))
    assert asked_notices(syrian_focal_point) == 2


def test_a_state_taken_off_is_no_longer_on_the_draft(
    draft, saudi_focal_point, syrian_focal_point, client_of, held
):
    put_question(draft, "removed", saudi_focal_point, syrian_focal_point, held.at)
    page = client_of(saudi_focal_point).get(draft.get_absolute_url())
    assert [s.status for s in page.context["contribution"].sponsorships.all()] == []
    assert previewing.preview(previewing.load(draft.pk), person=draft.created_by).left_out == ()
