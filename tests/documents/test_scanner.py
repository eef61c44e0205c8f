import contextlib
import io
import socket
import struct
import threading
import time

import pytest

from cwg.documents.scanner import ScanResult, scan

SIGNATURE = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"


def read_exactly(connection, count):
    data = b""
    while len(data) < count:
        part = connection.recv(count - len(data))
        if not part:
            raise ConnectionError
        data += part
    return data


def speak_instream(connection, seen, limit=None):
    """The scanner's side of the protocol, as clamd speaks it."""
    assert read_exactly(connection, 10) == b"zINSTREAM\0"
    content = b""
    while length := struct.unpack("!L", read_exactly(connection, 4))[0]:
        content += read_exactly(connection, length)
        if limit and len(content) > limit:
            connection.sendall(b"INSTREAM size limit exceeded. ERROR\0")
            return
    seen.append(content)
    found = SIGNATURE in content
    connection.sendall(b"stream: Eicar-Signature FOUND\0" if found else b"stream: OK\0")


@contextlib.contextmanager
def scanner(answer, listener=None):
    """A server that treats each connection with `answer(connection)`; gives its address."""
    listener = listener or socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def serve():
        with contextlib.suppress(OSError):
            while not stop.is_set():
                connection, _address = listener.accept()
                with connection, contextlib.suppress(OSError):
                    answer(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        name = listener.getsockname()
        yield name if isinstance(name, str) else f"tcp://{name[0]}:{name[1]}"
    finally:
        stop.set()
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


@pytest.mark.parametrize("address", [None, ""])
def test_without_a_scanner_nothing_is_claimed(address):
    assert scan(io.BytesIO(b"x"), address) == ScanResult("not_scanned")


def test_a_clean_file_is_sent_whole_and_found_clean(tmp_path):
    content = bytes(range(256)) * 2000
    path = tmp_path / "upload"
    path.write_bytes(content)
    seen = []
    with scanner(lambda connection: speak_instream(connection, seen)) as address:
        assert scan(path, address) == ScanResult("clean")
        assert scan(path, address.removeprefix("tcp://")) == ScanResult("clean")
    assert seen == [content, content]


def test_an_open_file_is_sent_from_its_start():
    seen = []
    file = io.BytesIO(b"whole content")
    file.read(5)
    with scanner(lambda connection: speak_instream(connection, seen)) as address:
        assert scan(file, address).state == "clean"
    assert seen == [b"whole content"]


def test_an_infected_file_is_named():
    with scanner(lambda connection: speak_instream(connection, [])) as address:
        assert scan(io.BytesIO(b"x" + SIGNATURE), address) == ScanResult("infected", "Eicar-Signature")


@pytest.mark.parametrize("scheme", ["", "unix://"])
def test_a_scanner_behind_a_local_socket_is_reached(tmp_path, scheme):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "clamd.sock"))
    listener.listen()
    with scanner(lambda connection: speak_instream(connection, []), listener) as path:
        assert scan(io.BytesIO(b"x"), scheme + path).state == "clean"


def test_a_hanging_scanner_is_a_failed_scan_in_time():
    release = threading.Event()
    with scanner(lambda _connection: release.wait(10)) as address:
        began = time.monotonic()
        # More than the socket takes by itself, so that sending hangs too.
        assert scan(io.BytesIO(bytes(20_000_000)), address, timeout=0.4) == ScanResult("failed", "timeout")
        assert scan(io.BytesIO(b"x"), address, timeout=0.4) == ScanResult("failed", "timeout")
        assert time.monotonic() - began < 2
        release.set()


def test_a_scanner_that_trickles_its_answer_cannot_outlast_the_time():
    def trickle(connection):
        for letter in b"stream: this goes on and on":
            connection.sendall(bytes([letter]))
            time.sleep(0.1)

    with scanner(trickle) as address:
        began = time.monotonic()
        assert scan(io.BytesIO(b"x"), address, timeout=0.5).state == "failed"
        assert time.monotonic() - began < 1.5


def test_a_file_beyond_the_scanners_own_limit_is_too_large_for_it():
    with scanner(lambda connection: speak_instream(connection, [], limit=100_000)) as address:
        result = scan(io.BytesIO(bytes(5_000_000)), address, timeout=5)
    assert result == ScanResult("too_large")


@pytest.mark.parametrize("reply", [b"", b"stream: ", b"stream: broken ERROR\0", b"\xff\xfe\0", b"OKAY\0"])
def test_an_answer_that_says_nothing_is_never_taken_for_clean(reply):
    def answer(connection):
        connection.recv(1000)
        connection.sendall(reply)

    with scanner(answer) as address:
        assert scan(io.BytesIO(b"x"), address, timeout=2).state == "failed"


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "/nowhere/clamd.sock", "tcp://127.0.0.1:port"])
def test_a_scanner_that_is_not_there_is_a_failed_scan(address):
    result = scan(io.BytesIO(b"x"), address, timeout=2)
    assert result.state == "failed"
    assert result.detail.startswith("no connection")


def test_a_file_that_is_not_there_is_the_callers_mistake(tmp_path):
    with pytest.raises(OSError):
        scan(tmp_path / "missing", "tcp://127.0.0.1:1")
