"""`manage.py nginx_configuration`: what nginx needs to know where it does not run under compose."""

import os
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cwg.operations import nginx_configuration
from cwg.operations.nginx_configuration import Places


class Command(BaseCommand):
    help = (
        "Prints the main file (nginx.conf) of an nginx before this portal, with the rules of docker-compose.yml. Reads"
        " TLS_CERTIFICATE and TLS_KEY, OUTER_PROXIES, and the settings that nginx has to agree with."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser):
        parser.add_argument(
            "--web",
            action="append",
            default=[],
            help="where gunicorn listens (127.0.0.1:8000); again for each further host",
        )
        parser.add_argument(
            "--liveness",
            action="append",
            default=[],
            help="where it says that it lives (127.0.0.1:8001); again for each further host",
        )
        parser.add_argument("--user", default="", help="whom nginx's processes run as, if it starts as root")
        parser.add_argument("--program", help="the nginx that will read it, if it is older than 1.25.1")
        parser.add_argument("--output", type=Path, help="a file to write it to, instead of printing it")

    def handle(self, *, web, liveness, user, program, output, **options) -> None:
        for name in ("TLS_CERTIFICATE", "TLS_KEY"):
            if not os.environ.get(name):
                raise CommandError(f"{name} is not set: a PEM file that nginx can read.")
        try:
            own, further = nginx_configuration.server_names(settings.ALLOWED_HOSTS, settings.PORTAL_URL)
            given = os.environ | {"PORTAL_HOST": own, "PORTAL_URL": settings.PORTAL_URL}
            places = Places(
                certificate=Path(os.environ["TLS_CERTIFICATE"]),
                key=Path(os.environ["TLS_KEY"]),
                files=Path(settings.STORAGE_DIR),
                static=Path(settings.STATIC_ROOT),
                web=tuple(web) or Places.web,
                liveness=tuple(liveness) or Places.liveness,
                http=nginx_configuration.everywhere(80),
                https=nginx_configuration.everywhere(443),
                further_names=further,
                nginx=nginx_configuration.version_of(program) if program else Places.nginx,
            )
            rules = nginx_configuration.configuration(places, given)
            text = nginx_configuration.whole(rules, given, user=user)
        except nginx_configuration.CannotConfigure as error:
            raise CommandError(str(error)) from error
        if output:
            output.write_text(text)
        else:
            self.stdout.write(text, ending="")
