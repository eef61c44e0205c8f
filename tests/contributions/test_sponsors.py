"""Joint contributions: only the asked State's own focal point answers, and each answer changes what was previewed."""

import pytest
from django.urls import reverse

from contributions import drafting, sponsors
from contributions.models import Contribution, Sponsorship
from cwg.members.models import Role
from cwg.members.parties import NotEntitled
from cwg.members.rights import rights_of
from cwg.notices.models import Event
from tests import drafts, factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(dg, held, saudi_focal_point) -> Contribution:
    return drafts.make_draft(dg, factories.make_register(dg), by=saudi_focal_point)


@pytest.fixture
def syria(db):
    return factories.make_state("SYR")


@pytest.fixture
def asked(draft, syria, saudi_focal_point, syrian_focal_point, held) -> Sponsorship:
    return sponsors.ask(draft.pk, syria, rights=rights_of(saudi_focal_point), at=held.at)


def answer(sponsorship, person, at, joins=True):
    return sponsors.answer(sponsorship.pk, joins=joins, rights=rights_of(person), at=at)


def test_asking_makes_a_question_and_a_mail_and_shows_the_draft_to_the_asked(asked, draft, syrian_delegate):
    assert asked.status == Sponsorship.Status.ASKED
    assert Event.objects.get().kind == "sponsorship_asked"
    assert draft in Contribution.objects.visible_to(rights_of(syrian_delegate))
    assert draft not in Contribution.objects.worked_for_by(rights_of(syrian_delegate))


def test_a_state_without_a_focal_point_is_asked_without_a_mail_and_hears_when_it_has_one(
    draft, syria, saudi_focal_point, syrian_delegate, dg, held
):
    rights = rights_of(saudi_focal_point)
    asked = sponsors.ask(draft.pk, syria, rights=rights, at=held.at)
    assert (asked.status, sponsors.is_heard(asked, held.at)) == (Sponsorship.Status.ASKED, False)
    assert not Event.objects.filter(kind="sponsorship_asked").exists()
    factories.accredit("new.focal@syria.example", dg, Role.FOCAL_POINT, "SYR")
    for _ in range(2):
        sponsors.take_back(draft.pk, asked.pk, rights=rights, at=held.at)
        asked = sponsors.ask(draft.pk, syria, rights=rights, at=held.at)
        assert sponsors.is_heard(asked, held.at)
        assert Event.objects.filter(kind="sponsorship_asked").count() == 1


def test_nobody_is_asked_twice_nor_the_lead_itself(asked, draft, syria, saudi_focal_point, held):
    before = drafts.as_it_stands(draft)
    for state in (syria, factories.make_state("SAU")):
        with pytest.raises(sponsors.AlreadyAsked):
            sponsors.ask(draft.pk, state, rights=rights_of(saudi_focal_point), at=held.at)
    assert drafts.as_it_stands(draft) == before


@pytest.mark.parametrize("who", ["syrian_focal_point", "secretary", "chair"])
def test_nobody_else_asks_or_takes_back(asked, draft, who, held, request):
    rights, before = rights_of(request.getfixturevalue(who)), drafts.as_it_stands(draft)
    with pytest.raises(NotEntitled):
        sponsors.ask(draft.pk, factories.make_state("FRA"), rights=rights, at=held.at)
    with pytest.raises(NotEntitled):
        sponsors.take_back(draft.pk, asked.pk, rights=rights, at=held.at)
    assert drafts.as_it_stands(draft) == before


@pytest.mark.parametrize("joins", [True, False])
def test_an_answer_raises_the_edition_of_the_draft(asked, draft, syrian_focal_point, held, joins):
    draft.refresh_from_db()
    given = answer(asked, syrian_focal_point, held.at, joins)
    assert given.status == ("confirmed" if joins else "declined")
    assert given.answered_by == syrian_focal_point
    assert Contribution.objects.get(pk=draft.pk).edition == draft.edition + 1


@pytest.mark.parametrize("who", ["syrian_delegate", "saudi_focal_point", "secretary", "chair", "auditor"])
def test_nobody_but_its_own_focal_point_answers_for_a_state(asked, draft, who, held, request):
    before = drafts.as_it_stands(draft)
    with pytest.raises(NotEntitled):
        answer(asked, request.getfixturevalue(who), held.at)
    assert drafts.as_it_stands(draft) == before


def test_who_declined_may_be_asked_again_and_who_joined_may_leave(
    asked, draft, syria, saudi_focal_point, syrian_focal_point, held
):
    answer(asked, syrian_focal_point, held.at, joins=False)
    again = sponsors.ask(draft.pk, syria, rights=rights_of(saudi_focal_point), at=held.forward(hours=1))
    assert (again.pk, again.status, again.answered_by) == (asked.pk, "asked", None)
    answer(again, syrian_focal_point, held.at)
    assert answer(again, syrian_focal_point, held.at, joins=False).status == "left"
    assert draft not in Contribution.objects.visible_to(rights_of(syrian_focal_point))


def test_the_same_answer_twice_changes_nothing(asked, draft, syrian_focal_point, held):
    answer(asked, syrian_focal_point, held.at)
    before = drafts.as_it_stands(draft)
    with pytest.raises(sponsors.NotAnswerable):
        answer(asked, syrian_focal_point, held.at)
    assert drafts.as_it_stands(draft) == before


def test_a_question_ends_with_the_submission(asked, draft, saudi_focal_point, syrian_focal_point, held):
    drafts.submit(draft, saudi_focal_point)
    before = drafts.as_it_stands(draft)
    with pytest.raises(sponsors.NotAnswerable):
        answer(asked, syrian_focal_point, held.at)
    with pytest.raises(drafting.NotOpen):
        sponsors.take_back(draft.pk, asked.pk, rights=rights_of(saudi_focal_point), at=held.at)
    assert drafts.as_it_stands(draft) == before


@pytest.mark.parametrize(("kind", "takes"), [("rev", True), ("corr", False), ("add", False)])
def test_a_change_of_no_whole_text_is_joined_by_nobody_and_nobody_is_offered(
    draft, syria, saudi_focal_point, client_of, held, kind, takes
):
    document = drafts.submit(draft, saudi_focal_point).receipt.revision.document
    rights = rights_of(saudi_focal_point)
    change = drafting.begin_change(document, kind, rights=rights, at=held.at)
    browser, before = client_of(saudi_focal_point), drafts.as_it_stands(change)
    page = browser.get(reverse("contributions:contribution", args=[change.pk])).content.decode()
    assert ("Ask to join" in page, "Jointly with" in page) == (takes, takes)
    if takes:
        assert sponsors.ask(change.pk, syria, rights=rights, at=held.at).status == Sponsorship.Status.ASKED
        return
    with pytest.raises(NotEntitled):
        sponsors.ask(change.pk, syria, rights=rights, at=held.at)
    address = reverse("contributions:ask-sponsor", args=[change.pk])
    assert browser.post(address, {"state": syria.pk}).status_code == 403
    assert drafts.as_it_stands(change) == before


def test_an_office_has_no_sponsors(dg, draft, secretary, held):
    from cwg.documents.kinds import Kind
    from cwg.members.models import Office

    own = drafts.make_draft(
        dg,
        draft.register,
        by=secretary,
        office=Office.objects.get(kind=Office.Kind.SECRETARIAT),
        kind=Kind.INFORMATION,
    )
    with pytest.raises(NotEntitled):
        sponsors.ask(own.pk, factories.make_state("SYR"), rights=rights_of(secretary), at=held.at)
    assert not Sponsorship.objects.exists()


@pytest.mark.parametrize(("kind", "takes"), [("rev", True), ("corr", False), ("add", False)])
def test_the_lead_takes_nobody_off_what_keeps_the_sources_of_its_document(
    asked, draft, syrian_focal_point, saudi_focal_point, client_of, held, kind, takes
):
    answer(asked, syrian_focal_point, held.at)
    document = drafts.submit(draft, saudi_focal_point).receipt.revision.document
    change = drafting.begin_change(document, kind, rights=rights_of(saudi_focal_point), at=held.at)
    joined = change.sponsorships.get()
    before = drafts.as_it_stands(change)
    address = reverse("contributions:remove-sponsor", args=[change.pk, joined.pk])
    answered = client_of(saudi_focal_point).post(address)
    assert answered.status_code == (302 if takes else 403)
    assert (drafts.as_it_stands(change) == before) is not takes
