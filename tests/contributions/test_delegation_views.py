"""My delegation, or my office: what stands there, and what a preview asks of an invited co-sponsor."""

import pytest
from django.urls import reverse

from contributions import sponsors
from contributions.models import Contribution, Sponsorship
from cwg.members.rights import rights_of
from tests import drafts, factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(dg, held, saudi_focal_point) -> Contribution:
    return drafts.make_draft(dg, factories.make_register(dg), by=saudi_focal_point)


@pytest.fixture
def asked(draft, saudi_focal_point, held) -> Sponsorship:
    return sponsors.ask(
        draft.pk, factories.make_state("SYR"), rights=rights_of(saudi_focal_point), at=held.at
    )


def page(client, url: str) -> str:
    return client.get(url).content.decode()


def test_an_office_finds_its_page_under_its_own_name_and_starts_a_document_there(client_of, bureau, held):
    content = page(client_of(bureau), reverse("contributions:delegation"))
    assert "My office" in content and "My delegation" not in content
    assert "Start a document" in content and "No drafts" in content and "Nothing submitted yet" in content


def test_a_delegation_keeps_its_name(client_of, saudi_delegate, held):
    assert "My delegation" in page(client_of(saudi_delegate), reverse("home:home"))


def test_the_asked_focal_point_answers_on_the_preview_itself(client_of, asked, draft, syrian_focal_point):
    content = page(client_of(syrian_focal_point), reverse("contributions:preview", args=[draft.pk]))
    assert reverse("contributions:answer-sponsorship", args=[asked.pk]) in content
    # Its draft is not theirs to open: the step names it and does not link to it.
    assert f'href="{reverse("contributions:contribution", args=[draft.pk])}"' not in content


@pytest.mark.parametrize("who", ["syrian_delegate", "saudi_focal_point"])
def test_nobody_else_is_offered_the_answer(client_of, asked, draft, who, request):
    content = page(client_of(request.getfixturevalue(who)), reverse("contributions:preview", args=[draft.pk]))
    assert reverse("contributions:answer-sponsorship", args=[asked.pk]) not in content
