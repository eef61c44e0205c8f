"""What a release leaves behind for those that come after it: run once, by that release, when it is made.

    python -m tests.upgrade.recording FOLDER    on migrated, empty servers in demo mode (`./dev release` starts them)

The demonstration and some more of what people do, as `manage.py backup` keeps it; and what the release answered with, so
that a later one can be held to it. It uses nothing of the tests, which are those of another day than the upgrade's.
"""

import hashlib
import io
import json
import lzma
import os
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
APPS = ("cwg", "meetings", "contributions")
BACKUP, FACTS = "backup.tar.xz", "release.json"
FOCAL_POINT, SECRETARIAT, AUDITOR = (
    "focal.sau@demo.example",
    "secretariat@demo.example",
    "auditor@demo.example",
)


def record(folder: Path) -> None:
    """Fill the portal, and write into `folder` its backup and what it answered."""
    from django.conf import settings
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("demo", stdout=io.StringIO())
    act()
    for _ in range(3):
        call_command("sweep", stdout=io.StringIO(), verbosity=0)
    let_mail_fail()
    facts = {
        "secret_key": settings.SECRET_KEY,
        "portal_url": settings.PORTAL_URL,
        "answers": answers(),
        "migrations": migrations(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / "backup"
    call_command("backup", str(kept), stdout=io.StringIO())
    pack(kept, folder / BACKUP)
    (folder / FACTS).write_text(json.dumps(facts, indent=1, sort_keys=True) + "\n")


def act() -> None:
    """Beside what the demonstration has: a withdrawal, an invitation, people who signed in and read."""
    from cwg.documents import register
    from cwg.documents.models import Document
    from cwg.members.models import Person

    secretariat = signed_in(SECRETARIAT)
    withdrawn = Document.objects.filter(title__startswith="Activities of the Committee").get()
    register.withdraw(
        withdrawn, actor=Person.objects.get(email=SECRETARIAT), reason="Sent by mistake; a new text follows."
    )
    invitation = {
        "email": "new.delegate@demo.example",
        "name": "A New Delegate",
        "group": "cwg-internet",
        "role": "delegate",
        "state": "FRA",
        "language": "fr",
    }
    expect(secretariat.post("/people/invite/", invitation), 302)
    expect(signed_in(FOCAL_POINT).get("/documents/"), 200)


def let_mail_fail() -> None:
    """One mail that failed for good and one that goes on failing: the demonstration's own always arrive."""
    from cwg import clock
    from cwg.notices.models import Notice, Why

    now = clock.now()
    failed, failing = Notice.objects.order_by("pk")[:2]
    said = {
        "attempts": 3,
        "last_error": "refused: 550 5.1.1 no such mailbox",
        "sent_at": None,
        "failing_since": now,
    }
    for notice, more in (
        (failed, {"status": Notice.Status.FAILED, "failed_at": now, "why": Why.NO_MAILBOX}),
        (failing, {"status": Notice.Status.WAITING, "why": Why.TRY_LATER}),
    ):
        Notice.objects.filter(pk=notice.pk).update(**said, **more)


def answers() -> dict[str, str]:
    """Address of what the release signed or keeps byte for byte: SHA-256 of what the auditor was given there."""
    from cwg.documents.models import File, Receipt

    receipts = Receipt.objects.filter(revision__document__withdrawn_at=None).order_by("pk")
    files = File.objects.filter(version__revision__document__withdrawn_at=None).order_by("pk")
    addresses = [f"/receipts/{receipt.code}/statement.json" for receipt in receipts]
    addresses += [f"/files/{file.pk}/" for file in files]
    auditor = signed_in(AUDITOR)
    return {address: digest(expect(auditor.get(address), 200)) for address in addresses}


def migrations() -> dict[str, str]:
    """Path of each migration from the top of the repository, and its SHA-256."""
    found = [path for app in APPS for path in (ROOT / app).rglob("migrations/*.py") if path.name[0] != "_"]
    return {
        path.relative_to(ROOT).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(found)
    }


def signed_in(email: str):
    """A client of that person, who has no password to type here: `force_login` is noted as a sign-in all the same."""
    from django.test import Client

    from cwg.members.models import Person

    client = Client(SERVER_NAME="localhost")
    client.force_login(Person.objects.get(email=email))
    return client


def expect(answer, status: int):
    """The answer, if it has that status. Raises AssertionError."""
    if answer.status_code != status:
        raise AssertionError(f"{answer.request['PATH_INFO']} answers {answer.status_code}, not {status}")
    return answer


def digest(answer) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return hashlib.sha256(content).hexdigest()


def pack(folder: Path, target: Path) -> None:
    """`folder` as an archive that is the same wherever and whenever it is made of the same files."""

    def plain(info: tarfile.TarInfo) -> tarfile.TarInfo:
        info.uid = info.gid = 0
        info.uname = info.gname = ""
        info.mtime = 0
        return info

    with lzma.open(target, "wb", preset=9 | lzma.PRESET_EXTREME) as packed:
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                archive.add(path, path.relative_to(folder).as_posix(), filter=plain)


if __name__ == "__main__":
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "cwg.settings"
    django.setup()
    record(Path(sys.argv[1]))
