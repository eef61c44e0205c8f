"""`manage.py copy_files folder bucket`: move the files of the portal from the volume into an object store, or back."""

from typing import Any

from django.core.files.storage import storages
from django.core.management.base import BaseCommand, CommandError

from cwg.documents import moving_files
from cwg.documents.storage import StorageFailed

PLACES = ("folder", "bucket")


class Command(BaseCommand):
    help = (
        "Copies every file of the portal, the copies of the journal and their mark among them, from the folder"
        " (CWG_STORAGE_DIR) into the bucket (S3_BUCKET), or back. Each is read back and hashed. May be broken off and begun again."
        " The walk is in docs/running.md."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("source", choices=PLACES, metavar="FROM", help="folder or bucket")
        parser.add_argument("target", choices=PLACES, metavar="TO", help="the other one")
        parser.add_argument(
            "--read-all", action="store_true", help="hash also what is there with the right size already"
        )

    def handle(self, *, source: str, target: str, read_all: bool, **options: Any) -> None:
        if source == target:
            raise CommandError("FROM and TO are the same.")
        if "bucket" not in storages.backends:
            raise CommandError(
                "S3_BUCKET is not set. Name the bucket, and how to reach it (the S3_ settings)."
            )
        try:
            moved = moving_files.copy(storages[source], storages[target], read_all=read_all)
        except StorageFailed as error:
            raise CommandError(
                f"Broken off: {error}. What was copied stays; begin again when it is mended."
            ) from error
        self.stdout.write(f"Copied: {moved.copied}. There already: {moved.there}.")
        said = [
            f"Damaged in the {source}, not copied: {', '.join(moved.damaged)}." if moved.damaged else "",
            f"Something else lies in the {target}, left as it is: {', '.join(moved.clashes)}."
            if moved.clashes
            else "",
        ]
        if any(said):
            raise CommandError(" ".join(filter(None, said)))
