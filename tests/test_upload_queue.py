"""Who sends files waits without a thread: a real gunicorn with that worker, and an application that holds them."""

import re

import pytest
from django.urls import get_resolver

from cwg import upload_queue
from tests import test_sign_in_queue
from tests.compose_file import ROOT
from tests.test_sign_in_queue import LOGIN, THREADS, Door
from tests.waiting import until

UPLOAD = "/contributions/53bcd490-e69a-43f9-9f13-1629cb9a48a0/files/"
WITH_A_THREAD = THREADS // 2


@pytest.fixture
def door_of(tmp_path, monkeypatch):
    """The door of the portal's worker, whose patience with uploads is given."""
    doors = []

    def open_one(patience: float) -> Door:
        conf = test_sign_in_queue.CONFIGURATION.replace(
            "import sign_in_queue", "import sign_in_queue, upload_queue"
        )
        conf = conf.replace("sign_in_queue.QueueingWorker", "upload_queue.UploadQueueWorker")
        monkeypatch.setattr(
            test_sign_in_queue, "CONFIGURATION", f"{conf}\nupload_queue.PATIENCE = {{patience}}\n"
        )
        doors.append(Door(tmp_path, patience))
        return doors[-1]

    yield open_one
    for door in doors:
        door.end()


@pytest.fixture
def door(door_of):
    return door_of(45)


def fill(door: Door) -> list:
    inside = []
    for number in range(WITH_A_THREAD):
        inside.append(door.send(f"inside{number}", UPLOAD))
        until(lambda number=number: len(door.came()) == number + 1)
    return inside


def test_half_of_the_threads_take_uploads_and_others_go_on(door):
    inside = fill(door)
    waiting = [door.begin("POST", f"{UPLOAD}?waits{number}") for number in range(8)]
    for _ in range(10):
        assert door.ask("GET", "/") == "ok"
    assert door.came() == ["inside0", "inside1"]
    signs_in = door.send("signs-in", LOGIN)
    until(lambda: "signs-in" in door.came())
    door.let_go()
    assert [wire.getresponse().read() for wire in waiting] == [b"ok"] * 8
    assert [each.result(30) for each in (*inside, signs_in)] == ["ok"] * 3


def test_they_come_in_turn(door):
    inside, waiting = fill(door), []
    for number in range(5):
        waiting.append(door.begin("POST", f"{UPLOAD}?waits{number}"))
        # Nobody sees from outside that it waits; a round trip later it does.
        door.ask("GET", "/"), door.ask("GET", "/")
    # One leaves, and so one is let in: of several let in at once the first need not be the first to be seen.
    for number, leaves in enumerate(["inside0", "inside1", "waits0", "waits1", "waits2"]):
        door.let_go(leaves)
        until(lambda number=number: len(door.came()) == WITH_A_THREAD + number + 1)
        assert door.came()[-1] == f"waits{number}"
    door.let_go()
    assert [wire.getresponse().read() for wire in waiting] == [b"ok"] * 5
    assert [each.result(30) for each in inside] == ["ok"] * 2


def test_who_has_waited_long_enough_is_let_in_and_nobody_is_refused(door_of):
    door = door_of(0.5)
    fill(door)
    late = door.begin("POST", f"{UPLOAD}?late")
    until(lambda: "late" in door.came())
    door.let_go()
    assert late.getresponse().read() == b"ok"


def test_a_quarter_of_the_threads_takes_no_upload_however_long_others_have_waited(door_of):
    door = door_of(0.1)
    fill(door)
    late = [door.begin("POST", f"{UPLOAD}?late{number}") for number in range(4)]
    most = THREADS * 3 // 4
    until(lambda: len(door.came()) == most)
    for _ in range(20):  # a round trip each, in which the door looks again at who is late
        assert door.ask("GET", "/") == "ok"
    assert len(door.came()) == most
    door.let_go()
    assert [wire.getresponse().read() for wire in late] == [b"ok"] * 4


def test_who_hung_up_is_not_let_in(door):
    inside = fill(door)
    gone = door.begin("POST", f"{UPLOAD}?gone")
    door.ask("GET", "/")
    gone.close()
    stays = door.begin("POST", f"{UPLOAD}?stays")
    door.ask("GET", "/")
    door.let_go()
    assert stays.getresponse().read() == b"ok"
    assert [each.result(30) for each in inside] == ["ok"] * 2
    assert "gone" not in door.came()


def test_a_server_that_leaves_lets_in_those_who_wait(door):
    fill(door)
    waiting = door.begin("POST", f"{UPLOAD}?waits")
    door.ask("GET", "/")
    door.process.terminate()
    until(lambda: "waits" in door.came())
    door.let_go()
    assert waiting.getresponse().read() == b"ok"


@pytest.mark.parametrize(
    ("begins", "is_one"),
    [
        (f"POST {UPLOAD} HTTP/1.1\r\n", True),
        (f"POST {UPLOAD}?a=b HTTP/1.1\r\n", True),
        (f"POST {UPLOAD.replace('files', 'letters')} HTTP/1.1\r\n", True),
        ("POST /contributions/new/files/?meeting=dg-1 HTTP/1.1\r\n", True),
        ("POST /contributions/new/ HTTP/1.1\r\n", False),
        ("POST /documents/cwg-internet/23/2/translations/upload/ HTTP/1.1\r\n", True),
        (f"GET {UPLOAD} HTTP/1.1\r\n", False),
        (f"POST {UPLOAD}53bcd490-e69a-43f9-9f13-1629cb9a48a0/remove/ HTTP/1.1\r\n", False),
        ("POST /accounts/login/ HTTP/1.1\r\n", False),
        ("nonsense", False),
        ("", False),
    ],
)
def test_what_sends_a_file_is_known_by_its_address(begins, is_one):
    assert upload_queue.takes_files(begins.encode()) is is_one


def test_the_proxy_and_the_views_know_the_same_addresses():
    pattern = upload_queue._TAKES_FILES.pattern
    assert f"location ~ ^{pattern}$" in (ROOT / "docker-compose.yml").read_text()
    marked = [view for view in _views(get_resolver()) if getattr(view.callback, "takes_files", False)]
    assert len(marked) == 4
    for view in marked:
        example = "/" + re.sub(
            r"<document:[^>]*>", "wg-wsis-14/7", re.sub(r"<uuid:[^>]*>", "0-a", str(view.route))
        )
        assert re.fullmatch(pattern, example), example


class _View:
    def __init__(self, route, callback):
        self.route, self.callback = route, callback


def _views(resolver, before=""):
    for each in resolver.url_patterns:
        route = before + str(each.pattern)
        if hasattr(each, "url_patterns"):
            yield from _views(each, route)
        else:
            yield _View(route, each.callback)


def test_the_proxy_waits_longer_for_uploads_than_somebody_who_is_late():
    place = (
        (ROOT / "docker-compose.yml")
        .read_text()
        .partition(f"location ~ ^{upload_queue._TAKES_FILES.pattern}$")[2]
    )
    waits = re.search(r"proxy_read_timeout (\d+)s;", place.partition("}")[0])
    assert waits and int(waits[1]) > upload_queue.PATIENCE * 2
