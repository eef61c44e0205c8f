"""A draft is seen and worked on by those in whose hands it is: what the secretariat files for others by it alone.

Rows, querysets, addresses, lists, mails, reminders and counts ask the same thing.
"""

from datetime import datetime, timedelta
from importlib import import_module

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.urls import reverse

from contributions import (
    announcements,
    counts,
    drafting,
    previewing,
    reminding,
    sponsors,
    submission,
    withdrawing,
)
from contributions.models import Contribution, Sponsorship
from cwg.documents import offers
from cwg.documents.kinds import Kind
from cwg.documents.models import Document, Register
from cwg.members.models import Accreditation, Office, Person, Role
from cwg.members.parties import NotEntitled, Party, Secretariat
from cwg.members.rights import anybody_submits_for, rights_of
from cwg.notices import outbox
from cwg.notices.models import Event
from tests import drafts, factories
from tests.tampering import as_owner

pytestmark = pytest.mark.django_db

TITLE = "Prepared by hand"


@pytest.fixture
def register(held, dg) -> Register:
    return factories.make_register(dg)


@pytest.fixture
def others(
    dg, saudi_delegate, saudi_focal_point, syrian_focal_point, chair, bureau, auditor, now
) -> list[Person]:
    """Everybody of whom somebody might think: the party's own people, and those of other roles and groups."""
    elsewhere = factories.make_group("ELSEWHERE")
    office = Office.objects.get_or_create(kind=Office.Kind.SECRETARIAT, code="secretariat")[0]
    foreign = factories.accredit("secretariat@elsewhere.example", elsewhere, Role.SECRETARIAT, office=office)
    ended = factories.accredit("former@test.example", dg, Role.SECRETARIAT, office=office, until=now)
    return [
        saudi_delegate,
        saudi_focal_point,
        syrian_focal_point,
        chair,
        bureau,
        auditor,
        foreign.person,
        ended.person,
    ]


def filed_for(name: str, dg, register, secretary) -> Contribution:
    """A draft of that party which the secretariat has in its hands."""
    office = None if name == "SAU" else factories.make_office(name)
    kind = Kind.CONTRIBUTION_ACTION if name == "SAU" else Kind.TEMPORARY
    return drafts.make_draft(
        dg, register, by=secretary, office=office, title=TITLE, kind=kind, received=drafts.LETTER
    )


@pytest.fixture(params=["SAU", "chair"])
def draft(request, dg, register, secretary) -> Contribution:
    return filed_for(request.param, dg, register, secretary)


def pages(draft: Contribution) -> list[str]:
    names = ("contribution", "preview", "upload", "submit", "discard", "hold", "ask-to-submit", "ask-sponsor")
    names += ("received", "upload-letter")
    return [reverse(f"contributions:{name}", args=[draft.pk]) for name in names]


@pytest.mark.parametrize("act", ["look", "submit"])
def test_whose_role_ends_while_the_page_is_made_finds_nothing(draft, secretary, client_of, monkeypatch, act):
    client, token = client_of(secretary), drafts.token_for(draft, secretary)
    before = drafts.everything(draft)
    preview = previewing.preview

    def after_it_ended(contribution, *, person):
        Accreditation.objects.filter(person=person).update(until=rights_of(person).at)
        return preview(contribution, person=person)

    monkeypatch.setattr(previewing, "preview", after_it_ended)
    if act == "look":
        answer = client.get(reverse("contributions:preview", args=[draft.pk]))
    else:
        monkeypatch.setattr(submission, "submit", interrupted)
        answer = client.post(reverse("contributions:submit", args=[draft.pk]), {"token": token})
    assert answer.status_code == 404 and TITLE not in answer.content.decode()
    assert drafts.everything(draft) == before


def interrupted(*args, **kwargs):
    raise submission.DraftChanged


def test_the_secretariat_sees_and_works_on_it(draft, secretary, client_of):
    rights = rights_of(secretary)
    assert draft.in_hand == Secretariat(draft.group) != draft.party
    assert rights.works_for(draft.in_hand) and rights.submits_for(draft.in_hand)
    for found in (
        Contribution.objects.visible_to(rights),
        Contribution.objects.worked_for_by(rights),
        Contribution.objects.submitted_for_by(rights),
        Contribution.objects.of_party(draft.in_hand),
    ):
        assert list(found) == [draft]
    client = client_of(secretary)
    assert client.get(draft.get_absolute_url()).status_code == 200
    assert TITLE in client.get(reverse("contributions:delegation")).content.decode()
    assert TITLE in client.get("/").content.decode()


def test_nobody_else_sees_it_whose_name_it_ever_bears(draft, others, client_of):
    assert not Contribution.objects.of_party(draft.party).exists()
    for person in others:
        rights = rights_of(person)
        assert not rights.works_for(draft.in_hand) and not rights.submits_for(draft.in_hand)
        for found in (
            Contribution.objects.visible_to(rights),
            Contribution.objects.worked_for_by(rights),
            Contribution.objects.submitted_for_by(rights),
        ):
            assert not found.exists(), person
        client = client_of(person)
        for url in pages(draft):
            assert client.get(url).status_code in (404, 405), (person, url)
            assert client.post(url).status_code in (404, 405), (person, url)
        for url in ("/", reverse("contributions:delegation")):
            assert TITLE not in client.get(url, follow=True).content.decode(), (person, url)


def test_nobody_else_changes_it(draft, others, now):
    before = drafts.as_it_stands(draft)
    for person in others:
        rights = rights_of(person)
        for act in (
            lambda rights=rights: drafting.discard(draft.pk, rights=rights, at=now),
            lambda rights=rights: drafting.ask_to_submit(draft.pk, rights=rights, at=now),
        ):
            with pytest.raises(NotEntitled):
                act()
    assert drafts.as_it_stands(draft) == before


def test_the_partys_own_draft_is_not_the_secretariats_to_see(
    dg, register, secretary, saudi_delegate, client_of
):
    own = drafts.make_draft(dg, register, by=saudi_delegate, title=TITLE)
    rights = rights_of(secretary)
    assert own.in_hand == own.party
    assert list(Contribution.objects.visible_to(rights_of(saudi_delegate))) == [own]
    assert not Contribution.objects.visible_to(rights).exists()
    assert client_of(secretary).get(own.get_absolute_url()).status_code == 404


def test_mails_of_it_go_to_the_secretariat(dg, register, secretary, others, saudi_delegate, now):
    draft = filed_for("SAU", dg, register, secretary)
    Contribution.objects.filter(pk=draft.pk).update(status=Contribution.Status.HELD, register=None)
    outbox.tell("contribution_held", key="1", at=now, group=dg.pk, facts={"contribution": str(draft.pk)})
    event = Event.objects.get(kind="contribution_held")
    told = [recipient.person for recipient in announcements._people_of_draft(event, now)]
    assert told == [secretary]
    assert [p for p in (*others, secretary) if announcements._still_held(event, p, now)] == [secretary]


def test_a_reminder_does_not_tell_a_delegation_that_something_is_being_prepared(
    dg, register, secretary, saudi_delegate
):
    draft = filed_for("SAU", dg, register, secretary)
    assert reminding.standing(register.pk).drafting == frozenset()
    Contribution.objects.filter(pk=draft.pk).update(filed_for_another=False, came_by="", dated=None)
    assert reminding.standing(register.pk).drafting == {draft.state_id}


def test_it_is_counted_as_the_secretariats(dg, register, secretary, saudi_delegate):
    drafts.make_draft(dg, register, by=saudi_delegate, title="Their own")
    filed_for("SAU", dg, register, secretary)
    assert counts.open_drafts_by_party({dg.pk}) == [
        ("Saudi Arabia", 1),
        ("Secretariat, for others", 1),
    ]


def test_a_state_that_joins_the_document_does_not_see_what_is_prepared(
    dg, register, secretary, saudi_delegate, syrian_focal_point, now
):
    draft = filed_for("SAU", dg, register, secretary)
    joined = Sponsorship.objects.create(
        contribution=draft, state=factories.make_state("SYR"), status="confirmed", asked_at=now
    )
    syria = rights_of(syrian_focal_point)
    assert not Contribution.objects.visible_to(syria).exists()
    assert not Sponsorship.objects.of_open_drafts().exists()
    with pytest.raises(sponsors.NotAnswerable):
        sponsors.answer(joined.pk, joins=False, rights=syria, at=now)
    with pytest.raises(NotEntitled):
        sponsors.ask(draft.pk, factories.make_state("FRA"), rights=rights_of(secretary), at=now)
    with pytest.raises(NotEntitled):
        sponsors.take_back(draft.pk, joined.pk, rights=rights_of(secretary), at=now)
    assert draft.sponsorships.get().status == "confirmed"


def test_a_change_in_preparation_is_not_taken_up_by_the_party(
    dg, register, secretary, saudi_focal_point, now
):
    document = factories.make_document(register)

    def begun(person: Person, **more) -> Contribution:
        return drafting.begin_change(document, "rev", rights=rights_of(person), at=now, **more)

    theirs, own = begun(secretary, received=drafts.LETTER), begun(saudi_focal_point)
    assert own.pk != theirs.pk and own.in_hand == own.party != theirs.in_hand
    assert begun(saudi_focal_point) == own and begun(secretary, received=drafts.LETTER) == theirs


def test_a_draft_for_an_invited_body_is_in_the_secretariats_hands(dg, register, secretary):
    body = factories.make_office(Office.Kind.INVITED, "gac")
    draft = drafts.make_draft(dg, register, by=secretary, office=body, kind=Kind.INFORMATION)
    assert draft.party == Party(dg, office=body)
    assert draft.in_hand == Secretariat(dg)


def test_a_secretariat_that_files_for_itself_is_found(dg, register, secretary):
    office = Office.objects.get(kind=Office.Kind.SECRETARIAT)
    with pytest.raises(NotEntitled):
        drafts.make_draft(dg, register, by=secretary, office=office, kind=Kind.AGENDA, received=drafts.LETTER)
    draft = drafts.make_draft(dg, register, by=secretary, office=office, kind=Kind.AGENDA)
    assert drafts.faults() == []
    Contribution.objects.filter(pk=draft.pk).update(filed_for_another=True)
    assert any("for a secretariat" in fault for fault in drafts.faults())


# --- Whoever holds the secretariat ----------------------------------------------------------------------------------


@pytest.fixture
def colleague(dg) -> Person:
    """Of another office of the secretariat of the same group."""
    office = factories.make_office(Office.Kind.SECRETARIAT, "registry", "Registry of the Group")
    return factories.accredit("registry@test.example", dg, Role.SECRETARIAT, office=office).person


def end_role(person: Person, at: datetime) -> None:
    Accreditation.objects.filter(person=person).update(until=at)


def test_another_office_of_the_secretariat_has_it_in_its_hands_too(draft, colleague, client_of):
    rights = rights_of(colleague)
    assert rights.works_for(draft.in_hand) and rights.submits_for(draft.in_hand)
    for found in (
        Contribution.objects.visible_to(rights),
        Contribution.objects.worked_for_by(rights),
        Contribution.objects.submitted_for_by(rights),
    ):
        assert list(found) == [draft]
    client = client_of(colleague)
    assert TITLE in client.get(draft.get_absolute_url()).content.decode()
    for url in ("/", reverse("contributions:delegation")):
        assert TITLE in client.get(url).content.decode()


def test_who_holds_two_offices_of_the_secretariat_files_as_one_and_is_not_asked_which_group(
    dg, register, secretary, client_of
):
    page = reverse("contributions:for")
    once = client_of(secretary).get(page)
    assert once.status_code == 200 and 'name="party_code"' in once.content.decode()
    registry = factories.make_office(code="registry", name="Documents registry")
    first = rights_of(secretary).filers
    factories.accredit(secretary, dg, Role.SECRETARIAT, office=registry)
    assert len(rights_of(secretary).own_parties) == 2 and rights_of(secretary).filers == first
    assert 'name="party_code"' in client_of(secretary).get(page).content.decode()


def test_the_secretariat_of_another_group_sees_none_of_it_whatever_its_office(
    draft, dg, colleague, secretary, client_of, now
):
    elsewhere = factories.make_group("ELSEWHERE")
    office = Office.objects.get(code="registry")
    foreign = factories.accredit("far@elsewhere.example", elsewhere, Role.SECRETARIAT, office=office).person
    assert TITLE in client_of(colleague).get(draft.get_absolute_url()).content.decode()
    client = client_of(foreign)
    for url in ("/", reverse("contributions:delegation")):
        assert TITLE not in client.get(url, follow=True).content.decode()
    assert client.get(draft.get_absolute_url()).status_code == 404
    assert not Contribution.objects.visible_to(rights_of(foreign)).exists()
    # Nor does somebody of this group's secretariat have that one's in hand.
    theirs = drafts.make_draft(
        elsewhere, factories.make_register(elsewhere), by=foreign, title="Far away", received=drafts.LETTER
    )
    assert theirs not in Contribution.objects.visible_to(rights_of(secretary))
    with pytest.raises(NotEntitled):
        drafting.discard(theirs.pk, rights=rights_of(secretary), at=now)


@pytest.mark.parametrize(("moment", "sees"), [(-1, True), (0, False), (1, False)])
def test_it_outlives_the_office_that_began_it(draft, secretary, colleague, held, now, moment, sees):
    end_role(secretary, now)
    at = now + timedelta(microseconds=moment)
    assert Contribution.objects.visible_to(rights_of(secretary, at)).exists() is sees
    assert list(Contribution.objects.visible_to(rights_of(colleague, at))) == [draft]
    assert anybody_submits_for(draft.in_hand, at)


def test_whoever_submits_it_is_who_filed_it(draft, secretary, colleague, now):
    assert previewing.preview(previewing.load(draft.pk), person=secretary).filing.for_another.printed_as == (
        "Secretariat of the Group"
    )
    end_role(secretary, now)
    revision = drafts.submit(draft, colleague).receipt.revision
    assert revision.filed_for.printed_as == "Registry of the Group"
    assert drafts.faults() == []


def test_who_changes_offices_between_preview_and_submission_checks_again(draft, secretary, colleague, now):
    token = drafts.token_for(draft, secretary)
    Accreditation.objects.filter(person=secretary).update(office=Office.objects.get(code="registry"))
    before = drafts.registered()
    with pytest.raises(submission.DraftChanged):
        submission.submit(token, person=secretary, arrived_at=now)
    assert drafts.registered() == before


def test_what_one_office_filed_the_other_withdraws(draft, secretary, colleague, client_of, now):
    drafts.submit(draft, secretary)
    end_role(secretary, now)
    document = Document.objects.for_list().get()
    assert offers.DocumentAct.WITHDRAW in offers.acts_on(document, rights_of(colleague))
    assert TITLE in client_of(colleague).get(reverse("contributions:delegation")).content.decode()
    withdrawing.withdraw(document, rights=rights_of(colleague), reason="Twice the same")
    assert Document.objects.get().is_withdrawn


def test_a_change_begun_by_one_office_is_taken_up_by_the_other(dg, register, secretary, colleague, now):
    document = factories.make_document(register)

    def begun(person: Person) -> Contribution:
        return drafting.begin_change(
            document, "rev", rights=rights_of(person), at=now, received=drafts.LETTER
        )

    assert begun(secretary) == begun(colleague)
    assert Contribution.objects.count() == 1


def test_what_one_office_had_in_hand_is_now_the_secretariats(dg, register, secretary, saudi_delegate):
    before = ("contributions", "0006_how_a_paper_came")
    old = MigrationLoader(connection).project_state(before).apps.get_model("contributions", "Contribution")
    with as_owner(), connection.schema_editor() as editor:
        editor.add_field(old, old._meta.get_field("filer"))
    body = factories.make_office(Office.Kind.INVITED, "gac")
    own = drafts.make_draft(dg, register, by=saudi_delegate)
    filed = filed_for("chair", dg, register, secretary)
    forgotten = drafts.make_draft(dg, register, by=secretary, office=body, kind=Kind.INFORMATION)
    Contribution.objects.filter(pk=forgotten.pk).update(filed_for_another=False)
    Contribution.objects.filter(pk=filed.pk).update(filed_for_another=False, came_by="", dated=None)
    old.objects.filter(pk=filed.pk).update(filer=Office.objects.get(kind=Office.Kind.SECRETARIAT).pk)
    migration = import_module("contributions.migrations.0007_in_the_hands_of_the_secretariat")
    between = MigrationLoader(connection).project_state(before)
    migration.Migration.operations[0].state_forwards("contributions", between)
    migration.say_what_is_filed_for_another(between.apps, None)
    told = dict(Contribution.objects.values_list("pk", "filed_for_another"))
    assert told == {own.pk: False, filed.pk: True, forgotten.pk: True}


def test_the_secretariat_of_the_group_files_for_everybody_but_a_secretariat(dg, secretary, others):
    rights = rights_of(secretary)
    parties = [Party(dg, factories.make_state("SYR"))]
    parties += [Party(dg, office=factories.make_office(kind)) for kind in Office.Kind.values]
    for party in parties:
        expected = rights.filers[0] if party.code != "secretariat" else None
        assert rights.filer_for(party) == expected
        assert not any(rights_of(person).filer_for(party) for person in others)
    assert rights.filer_for(Party(factories.make_group("ELSEWHERE"), factories.make_state("SYR"))) is None
