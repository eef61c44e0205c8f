"""No room left for an upload, on a real gunicorn: a sentence and 507, every typed word is kept, and nothing half written stays."""

import contextlib
import http.client
import os
import resource
import subprocess
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings

from contributions.models import Contribution, DraftFile
from cwg.documents.models import Blob
from cwg.members.roster import reading
from tests import drafts, factories
from tests.contributions.test_typed_words import typed
from tests.faults import crowd, web_server

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]

FILE = factories.pdf_bytes("y" * 400_000)
# More than is held in memory.
LARGE = factories.pdf_bytes("y" * settings.FILE_UPLOAD_MAX_MEMORY_SIZE)
SAID = "no room left"


@pytest.fixture
def focal_point(dg):
    return factories.accredit("focal.sau@test.example", dg, "focal_point", "SAU").person


@pytest.fixture
def draft(dg, focal_point):
    return drafts.make_draft(dg, factories.make_register(dg), by=focal_point)


def send(server, draft, session: str, words: dict, content: bytes = FILE) -> tuple[int, str]:
    """The draft's form as a browser without script sends it: what was typed, after the file too."""
    return post(
        server, f"/contributions/{draft.pk}/files/", session, words, ("a.pdf", content), language="en"
    )


def post(
    server, address: str, session: str, words: dict, file: tuple[str, bytes], **before
) -> tuple[int, str]:
    mark = uuid4().hex
    name, content = file

    def field(name: str, value: object) -> bytes:
        return f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()

    head = (
        f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    ).encode()
    after = [
        field(name, each)
        for name, value in words.items()
        for each in (value if isinstance(value, list) else [value])
    ]
    first = [field(name, value) for name, value in {"csrfmiddlewaretoken": web_server.CSRF, **before}.items()]
    body = b"".join([*first, head, content, b"\r\n", *after, f"--{mark}--\r\n".encode()])
    wire = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    with contextlib.closing(wire):
        wire.request(
            "POST",
            address,
            body,
            {
                "Host": f"127.0.0.1:{server.port}",
                "Cookie": f"session={session}; csrf={web_server.CSRF}",
                "Content-Type": f"multipart/form-data; boundary={mark}",
            },
        )
        answer = wire.getresponse()
        return answer.status, answer.read().decode()


def refused_and_nothing_lost(server, draft, session: str, words: dict, places, content: bytes = FILE) -> None:
    files, blobs = DraftFile.objects.count(), Blob.objects.count()
    before = [sorted(os.listdir(place)) for place in places]
    status, said = send(server, draft, session, words, content)
    assert status == 507, said[-2000:]
    assert SAID in said and words["title"] in said
    assert (DraftFile.objects.count(), Blob.objects.count()) == (files, blobs)
    assert Contribution.objects.get(pk=draft.pk).title == words["title"]
    assert [sorted(os.listdir(place)) for place in places] == before


def test_an_upload_that_the_disk_does_not_take_is_refused_in_words(
    draft, focal_point, client_of, tmp_path, storage
):
    """Files may grow to 200 KB only: to the process that is as a full disk."""
    words = typed(client_of(focal_point), draft, title="Typed before the disk was full")
    session, scratch = crowd.session_of(focal_point), tmp_path / "tmp"
    scratch.mkdir()
    with web_server.running(tmp_path / "web.log", workers=1, TMPDIR=str(scratch)) as server:
        (worker,) = server.workers()
        free = resource.prlimit(worker, resource.RLIMIT_FSIZE)
        resource.prlimit(worker, resource.RLIMIT_FSIZE, (200_000, free[1]))
        refused_and_nothing_lost(server, draft, session, words, [scratch], LARGE)
        # Once there is room the very same is taken.
        resource.prlimit(worker, resource.RLIMIT_FSIZE, free)
        words = typed(client_of(focal_point), draft)
        status, said = send(server, draft, session, words, LARGE)
        assert status in (200, 302), said[-2000:]
    assert DraftFile.objects.filter(contribution=draft, blob__size=len(LARGE)).exists()
    assert not list(storage.rglob("*.unfinished"))
    assert drafts.faults() == []


def test_a_list_of_people_needs_no_room_on_the_disk(dg, secretary, tmp_path):
    """What every page takes is held in memory: no file of it can be lost, and taken for none."""
    factories.make_state("FRA")
    line = "FRA;Delegate;Claire Martin;claire@delegation.example"
    content = line + "\n" * (reading.MOST_BYTES - len(line))
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    with web_server.running(tmp_path / "web.log", workers=1, TMPDIR=str(scratch)) as server:
        (worker,) = server.workers()
        resource.prlimit(worker, resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
        words = {"list": "", "group": dg.slug, "language": "fr", "act": "check"}
        status, said = post(
            server, "/people/import/", crowd.session_of(secretary), words, ("list.csv", content.encode())
        )
    assert status == 200, said[-2000:]
    assert "New invitations" in said and "Claire Martin" in said
    assert not os.listdir(scratch)


@pytest.fixture
def small_disk(tmp_path):
    """A disk of one megabyte."""
    place = tmp_path / "disk"
    place.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place], capture_output=True
    ).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=True)


def test_a_storage_without_room_is_told_and_keeps_nothing_by_halves(
    draft, focal_point, client_of, tmp_path, small_disk, settings
):
    words = typed(client_of(focal_point), draft, title="Typed before the disk was full")
    session = crowd.session_of(focal_point)
    filler = small_disk / "filler"
    filler.write_bytes(bytes(800_000))
    with web_server.running(tmp_path / "web.log", workers=1, CWG_STORAGE_DIR=str(small_disk)) as server:
        refused_and_nothing_lost(server, draft, session, words, [])
        assert not list(small_disk.rglob("*.unfinished")) and not stored_in(small_disk)
        filler.unlink()
        status, said = send(server, draft, session, typed(client_of(focal_point), draft))
        assert status in (200, 302), said[-2000:]
    assert [path.stat().st_size for path in stored_in(small_disk)] == [len(FILE)]


def stored_in(folder: Path) -> list[Path]:
    return [path for path in folder.glob("sha256/**/*") if path.is_file()]
