"""`manage.py index_documents`: the index of the search is made anew, from the register."""

from django.core.management.base import BaseCommand

from cwg.documents import search_index
from cwg.documents.models import ToIndex


class Command(BaseCommand):
    help = (
        "Makes the index of the search anew, for whoever was told by `manage.py verify` that it is not right. Documents are"
        " found all the while. With --later the background job does it, in its next rounds."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("--later", action="store_true", help="only say which are to be indexed")

    def handle(self, *, later: bool, **options) -> None:
        self.stdout.write(f"Documents to be indexed: {search_index.index_all_anew()}.")
        made = 0
        while not later and (moved := search_index.index_changed()):
            made += moved
        if not later:
            self.stdout.write(f"Indexed: {made}.")
            if left := ToIndex.objects.values("document").distinct().count():
                self.stdout.write(f"Still to be indexed, by the background job: {left}. The log says why.")
