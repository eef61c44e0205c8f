"""`manage.py make_administrator EMAIL --group CODE`: the first person of an empty portal, by a link that works once."""

from django.core.management.base import BaseCommand, CommandError

from cwg import clock
from cwg.members import first_people, people, refusals
from cwg.members.models import Role

# What each refusal is about, as it is written on the command line.
ARGUMENTS = {
    "email": "EMAIL",
    "name": "--name",
    "group": "--group",
    "group_name": "--group-name",
    "office": "--office",
}
HINTS = {
    refusals.AlreadyThere: "If nobody who holds the role can be reached, repeat the command with --another.",
    refusals.GroupUnknown: "To make the group, repeat the command with --group-name NAME.",
    refusals.OfficeUnclear: "Name it with --office CODE.",
}


class Command(BaseCommand):
    help = (
        "Invites the first administrator, or with --secretariat the first person of a group's secretariat: prints a"
        " link that works once, and mails it. Everybody else is invited by them, under People."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--group", required=True, metavar="CODE", help="the group's code, as in symbols")
        parser.add_argument(
            "--group-name", default="", metavar="NAME", help="make the group if there is none"
        )
        parser.add_argument("--name", default="", help="the person's name; they may change it themselves")
        parser.add_argument(
            "--secretariat", action="store_true", help="as the group's secretariat, not as administrator"
        )
        parser.add_argument("--office", default="", metavar="CODE", help="which office is the secretariat")
        parser.add_argument("--another", action="store_true", help="although somebody has the role already")

    def handle(self, *, email: str, **options) -> None:
        try:
            invited = first_people.invite(
                email=email,
                name=options["name"],
                role=Role.SECRETARIAT if options["secretariat"] else Role.ADMINISTRATOR,
                group_code=options["group"],
                group_name=options["group_name"],
                office_code=options["office"],
                another=options["another"],
                at=clock.now(),
            )
        except refusals.Refused as refused:
            about = f"{ARGUMENTS[refused.field]}: " if refused.field else ""
            hint = HINTS.get(type(refused), "")
            raise CommandError(f"{about}{refused} {hint}".rstrip()) from refused
        invitation = invited.invitation
        self.stdout.write(
            f"{invitation.email} is invited{' again' if invited.again else ''}: {invitation.get_role_display()},"
            f" {invitation.office or invitation.group} ({invitation.group.code})."
        )
        self.stdout.write(people.invitation_link(invitation))
        self.stdout.write(
            f"The link works once, until {invitation.expires_at:%Y-%m-%d %H:%M} UTC, and goes out by mail too."
        )
