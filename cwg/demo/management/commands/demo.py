"""`manage.py demo`: the demonstration. Safe to repeat; never in production."""

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from cwg import clock
from cwg.demo import current, meetings, people
from cwg.demo.archive import loading
from cwg.demo.filing import SECRETARIAT, person
from cwg.documents import heads, recheck
from cwg.members.models import Group
from cwg.record import checks
from cwg.record.models import VerificationRun


class Command(BaseCommand):
    help = "Loads the demonstration: people to sign in as, the 2009 archive, a meeting in session and the next one."

    # How `./dev run` hears what this is at: a callable that takes a few words. Not for the command line.
    stealth_options = ("announce",)

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--list-accounts", action="store_true", help="only print the people to sign in as"
        )

    def handle(self, *args, **options) -> None:
        if not (settings.DEMO or settings.DEBUG or settings.TESTING):
            raise CommandError(
                "The demonstration's people share a password that everybody knows, so it is not loaded in"
                " production. For an installation's own data run: manage.py load_reference"
            )
        if options["list_accounts"]:
            self.stdout.write(people.listing())
            return
        announce = options.get("announce") or self.stdout.write
        announce("Loading Member States and deadline rules")
        call_command("load_reference", stdout=self.stdout)
        now = clock.now()
        announce("Looking after the people of the demonstration")
        people.make(now)
        secretary = person(SECRETARIAT)
        announce("Looking after the archive of 2009")
        loading.make(secretary)
        announce("Looking after the meetings")
        meetings.convene(Group.objects.get(code=people.CWG_INTERNET), secretary, now)
        for register, part in meetings.unfinished():
            announce(f"Filling the {register.title}")
            meetings.fill(register, part, current.FILLERS[part], secretary)
        if not VerificationRun.objects.exists():
            announce("Doing the work of a first night")
            heads.publish()
            # Its files were stored long ago, as it tells the past: they are looked at before anybody asks about them.
            while recheck.look_at_stored():
                pass
            checks.note_outcome()
        self.stdout.write("The demonstration is loaded.")
