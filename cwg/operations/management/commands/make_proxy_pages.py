"""`manage.py make_proxy_pages`: what nginx answers by itself, as pages of the portal."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from cwg.operations import proxy_pages


class Command(BaseCommand):
    help = "Writes the pages for nginx's own answers into STATIC_ROOT. After collectstatic, whose names they use."

    def handle(self, **options) -> None:
        count = proxy_pages.write(Path(settings.STATIC_ROOT))
        self.stdout.write(f"{count} pages for the proxy.")
