"""The walk of docs/running.md, "First steps": from an empty portal to the first delegation at work."""

import io
import re
import shlex
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from contributions.models import Contribution
from cwg.members.models import Group, Invitation, Office, Person, Role
from cwg.members.people import invitation_link
from cwg.members.refusals import DelegationMissing, OfficeMissing
from meetings.models import Meeting
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
RUNNING = Path(__file__).parents[2] / "docs" / "running.md"


def told_in_the_docs() -> list[str]:
    """The arguments of the first `manage.py` command of the walk, as the page prints it."""
    walk = RUNNING.read_text().split("## First steps", 1)[1].split("\n## ", 1)[0]
    command = re.search(r"manage\.py (make_administrator(?:.*\\\n)*.*)", walk)
    return shlex.split(command.group(1).replace("\\\n", " "))


def accept(link: str, name: str) -> Client:
    """The client of whoever opened the link, signed in."""
    client = Client()
    path = link.removeprefix("http://127.0.0.1:8000")
    assert client.get(path).status_code == 200
    form = {"name": name, "language": "en", "password": PASSWORD, "password_again": PASSWORD}
    assert client.post(path, form).status_code == 302
    return client


def invite(client: Client, email: str, role: str, **place: str) -> Invitation:
    """Invite by the form, as a person does: the group is proposed there."""
    page = client.get("/people/invite/")
    assert page.status_code == 200
    form = {
        "email": email,
        "name": "Somebody",
        "group": "cwg-internet",
        "role": role,
        "language": "en",
    } | place
    assert client.post("/people/invite/", form).status_code == 302
    return Invitation.objects.get(email=email)


def test_the_walk_leads_from_an_empty_portal_to_the_first_delegation(now):
    call_command("load_reference", stdout=io.StringIO())
    assert not (Group.objects.exists() or Person.objects.exists() or Office.objects.exists())
    out = io.StringIO()
    call_command(*told_in_the_docs(), stdout=out)
    administrator = accept(re.search(r"http://\S+/invitation/\S+", out.getvalue()).group(), "Your Name")

    office = Office.objects.get(kind=Office.Kind.SECRETARIAT)
    invited = invite(administrator, "secretariat@example.org", Role.SECRETARIAT, office=str(office.pk))
    secretariat = accept(invitation_link(invited), "The Secretary")

    invited = invite(secretariat, "focal@example.fr", Role.FOCAL_POINT, state="FRA")
    focal_point = accept(invitation_link(invited), "The Focal Point")
    page = focal_point.get("/delegation/cwg-internet/fra/", follow=True)
    assert page.status_code == 200 and "The Focal Point" in page.content.decode()

    invited = invite(focal_point, "delegate@example.fr", Role.DELEGATE, state="FRA")
    delegate = accept(invitation_link(invited), "The Delegate")

    assert secretariat.get("/meetings/new/", follow=True).status_code == 200
    assert not Meeting.objects.exists()
    assert delegate.get("/contributions/new/", follow=True).status_code == 200
    assert not Contribution.objects.exists()


def test_an_administrator_finds_the_office_that_the_command_made(now):
    run = ("make_administrator", "a@example.org", "--group", "G", "--group-name", "Group")
    call_command(*run, stdout=io.StringIO())
    assert Office.objects.get().kind == Office.Kind.SECRETARIAT
    call_command(*run, stdout=io.StringIO())
    assert Office.objects.count() == 1


def test_a_secretariat_of_another_name_is_left_as_it_is(now):
    Office.objects.create(kind=Office.Kind.SECRETARIAT, code="tsb", name="Secretariat in TSB")
    call_command(
        "make_administrator", "a@example.org", "--group", "G", "--group-name", "G", stdout=io.StringIO()
    )
    assert Office.objects.get().code == "tsb"


@pytest.mark.parametrize(
    ("arguments", "about"),
    [
        (["no address", "--group", "G", "--group-name", "Group"], "EMAIL: "),
        (["a@example.org", "--group", "G", "--group-name", "Group", "--name", "A\nB"], "--name: "),
        (["a@example.org", "--group", "UNKNOWN"], "--group: "),
        (["a@example.org", "--group", "G" * 60, "--group-name", "Group"], "--group: "),
        (["a@example.org", "--group", "G", "--group-name", "N" * 1000], "--group-name: "),
        (
            ["a@example.org", "--group", "G", "--group-name", "Group", "--secretariat", "--office", "o" * 40],
            "--office: ",
        ),
    ],
)
def test_the_command_names_what_of_it_is_wrong(now, arguments, about):
    with pytest.raises(CommandError) as error:
        call_command("make_administrator", *arguments, stdout=io.StringIO())
    assert str(error.value).startswith(about)
    assert not (Group.objects.exists() or Office.objects.exists() or Invitation.objects.exists())


@pytest.mark.parametrize(
    ("role", "field", "refusal"),
    [(Role.SECRETARIAT, "office", OfficeMissing), (Role.DELEGATE, "state", DelegationMissing)],
)
def test_the_form_says_at_the_field_what_a_role_lacks(client, administrator, dg, now, role, field, refusal):
    client.force_login(administrator)
    form = {"email": "a@b.example", "name": "A", "group": dg.slug, "role": role, "language": "en"}
    page = client.post("/people/invite/", form)
    assert page.status_code == 422
    assert page.context["form"].errors == {field: [str(refusal.sentence)]}
    assert not Invitation.objects.exists()
