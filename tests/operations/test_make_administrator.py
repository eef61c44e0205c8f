"""An empty portal gets its first people from the server's own command line, by a link that works once."""

import io
import re

import pytest
from django.core.management import CommandError, call_command

from cwg.members import people
from cwg.members.models import Accreditation, Group, Invitation, Office, Person, Role
from cwg.members.rights import rights_of
from cwg.notices.models import Event
from cwg.record import jobs
from cwg.record.models import AccessEntry
from tests.factories import PASSWORD, accredit, make_group, make_person
from tests.mailroom import Mailroom, serving, text_of

pytestmark = pytest.mark.django_db
ADDRESS = "first@secretariat.example"


def run(*options: str, email: str = ADDRESS) -> str:
    out = io.StringIO()
    call_command("make_administrator", email, *options, stdout=out)
    return out.getvalue()


def link_in(text: str) -> str:
    return re.search(r"http://127\.0\.0\.1:8000(/invitation/\S+/)", text).group(1)


def token_in(text: str) -> str:
    return re.search(r"/invitation/([^/\s]+)/", text).group(1)


def rows() -> tuple:
    """What no refusal may change."""
    return (
        list(Invitation.objects.order_by("pk").values()),
        list(Group.objects.values_list("code")),
        list(Office.objects.values_list("code")),
        list(AccessEntry.objects.values_list("act", "subject")),
        Event.objects.count(),
    )


def refused(*options: str, email: str = ADDRESS) -> str:
    before = rows()
    with pytest.raises(CommandError) as error:
        run(*options, email=email)
    assert rows() == before
    return str(error.value)


def accept(client, link: str):
    assert client.get(link).status_code == 200
    form = {"name": "First Person", "language": "en", "password": PASSWORD, "password_again": PASSWORD}
    return client.post(link, form)


def test_on_an_empty_portal_the_link_makes_an_administrator_who_may_enter_the_console(client, now):
    said = run("--group", "CWG-Internet", "--group-name", "Council Working Group", "--name", "First Person")
    assert not Person.objects.exists()
    answer = accept(client, link_in(said))
    assert answer.status_code == 302
    person = Person.objects.get()
    assert person.email == ADDRESS and person.name == "First Person"
    rights = rights_of(person, now)
    assert rights.has_role(Role.ADMINISTRATOR) and rights.enters_console
    group = Accreditation.objects.get().group
    assert (group.code, group.slug, group.name) == ("CWG-Internet", "cwg-internet", "Council Working Group")
    assert group.history.get().history_change_reason == "first people of the portal"
    assert client.get("/console/").status_code == 200


def test_the_link_works_once(client, now):
    link = link_in(run("--group", "DG", "--group-name", "Dedicated Group"))
    accept(client, link)
    client.logout()
    assert client.get(link).status_code == 410


def test_it_is_mailed_too_and_names_nobody_as_the_inviter(settings, dg, now):
    link = link_in(run("--group", "DG"))
    mailroom = Mailroom()
    with serving(mailroom) as port:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        jobs.run("notices")
    (mail,) = mailroom.arrived
    assert mail["To"] == ADDRESS
    # Each is signed with the second in which it was made: they may differ, and lead to the same.
    one = Invitation.objects.get()
    assert [people.invitation_of(token_in(said)) for said in (link, text_of(mail))] == [one, one]
    assert "Whoever runs the portal invites you" in text_of(mail)
    assert one.invited_by is None


def test_the_access_log_keeps_it_without_a_person_and_without_the_link(dg, now):
    link = link_in(run("--group", "DG"))
    entry = AccessEntry.objects.get()
    assert (entry.act, entry.person_id, entry.at) == ("invited_from_the_server", None, now)
    assert entry.subject == f"invitation {Invitation.objects.get().pk} administrator DG"
    assert link not in entry.subject


def test_the_group_is_found_whatever_the_case_of_its_code(dg, now):
    run("--group", "dg")
    assert Invitation.objects.get().group == dg


def test_a_person_without_a_name_given_may_write_it_on_the_page(client, dg, now):
    accept(client, link_in(run("--group", "DG")))
    assert Person.objects.get().name == "First Person"


def test_the_first_of_a_secretariat_comes_the_same_way(client, dg, now):
    accept(client, link_in(run("--group", "DG", "--secretariat")))
    accreditation = Accreditation.objects.get()
    assert (accreditation.role, accreditation.group) == (Role.SECRETARIAT, dg)
    assert accreditation.office.kind == Office.Kind.SECRETARIAT
    assert rights_of(Person.objects.get(), now).secretariat_groups == {dg.pk}
    assert client.get("/console/").status_code == 200


def test_one_person_may_be_both_by_accepting_both_links(client, dg, now):
    accept(client, link_in(run("--group", "DG")))
    assert client.post(link_in(run("--group", "DG", "--secretariat"))).status_code == 302
    assert set(Accreditation.objects.values_list("role", flat=True)) == {"administrator", "secretariat"}


def test_a_lost_link_is_given_again_and_lives_from_now_on(dg, held):
    run("--group", "DG")
    first = Invitation.objects.get()
    held.forward(days=20)
    assert "invited again" in run("--group", "DG")
    again = Invitation.objects.get()
    assert again.pk == first.pk and again.expires_at - first.expires_at == held.at - first.invited_at
    assert list(AccessEntry.objects.order_by("pk").values_list("act", flat=True)) == [
        "invited_from_the_server",
        "invitation_sent_again",
    ]


def test_where_there_is_an_administrator_it_is_refused(administrator, now):
    assert "--another" in refused("--group", "DG")


def test_an_administrator_of_another_group_counts_too(administrator, now):
    make_group("WG-WSIS")
    assert "--another" in refused("--group", "WG-WSIS")


def test_another_is_invited_where_it_is_said(administrator, now):
    run("--group", "DG", "--another")
    assert Invitation.objects.get().email == ADDRESS


def test_an_administrator_whose_account_is_closed_or_whose_role_ended_does_not_count(dg, now):
    closed = accredit("closed@test.example", dg, Role.ADMINISTRATOR).person
    closed.is_active = False
    closed.save()
    accredit("ended@test.example", dg, Role.ADMINISTRATOR, until=now)
    run("--group", "DG")


def test_a_secretariat_of_another_group_does_not_count(secretary, now):
    make_group("WG-WSIS")
    assert "--another" in refused("--group", "DG", "--secretariat")
    run("--group", "WG-WSIS", "--secretariat")
    assert Invitation.objects.get().office == Office.objects.get()


def test_several_secretariats_want_a_name(dg, now):
    for code in ("one", "two"):
        Office.objects.create(kind=Office.Kind.SECRETARIAT, code=code, name=code)
    assert "--office" in refused("--group", "DG", "--secretariat")
    run("--group", "DG", "--secretariat", "--office", "two")
    assert Invitation.objects.get().office.code == "two"


def test_an_office_that_is_no_secretariat_is_refused(dg, chair, now):
    assert "--office" in refused("--group", "DG", "--secretariat", "--office", "chair")


def test_somebody_who_has_the_role_is_not_invited_to_it(administrator, now):
    assert "already has a role" in refused("--group", "DG", "--another", email=administrator.email.upper())


def test_an_unknown_group_is_refused_with_what_to_do(db, now):
    assert "--group-name" in refused("--group", "DG")


@pytest.mark.parametrize("email", ["not an address", "a@b.example\nBcc: c@d.example", ""])
def test_what_is_no_address_is_refused_and_makes_no_group(db, now, email):
    refused("--group", "DG", "--group-name", "Dedicated Group", email=email)


def test_a_name_with_line_breaks_is_refused(dg, now):
    refused("--group", "DG", "--name", "First\r\nPerson")


def test_an_account_that_exists_is_asked_to_sign_in_first(client, dg, now):
    person = make_person(ADDRESS)
    link = link_in(run("--group", "DG"))
    assert client.post(link).status_code == 403
    assert not rights_of(person, now).enters_console
    client.force_login(person)
    assert client.post(link).status_code == 302
    assert rights_of(person, now).enters_console
