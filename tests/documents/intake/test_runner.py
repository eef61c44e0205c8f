import json
import os
import pathlib
import platform
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from cwg.documents import intake
from cwg.documents.intake import runner
from tests import hostile_files as files
from tests.waiting import until

MB = 1024 * 1024


def codes(inspection):
    return [finding.code for finding in inspection.refusals]


def test_an_empty_file_is_refused(look):
    assert codes(look(b"")) == ["empty"]


def test_the_limit_of_the_size_itself_is_taken_and_one_byte_more_is_not(look):
    content = files.word_file()
    assert look(content, file_bytes=len(content)).accepted
    assert codes(look(content, file_bytes=len(content) - 1)) == ["too_large"]


def test_a_child_that_uses_up_its_processor_time_is_ended_and_the_file_refused(look):
    content = files.changed(files.word_file(), {"word/media/a.xml": b"<a>" + b"<b/>" * 20_000_000 + b"</a>"})
    assert codes(look(content, cpu_seconds=1, ratio=10_000)) == ["timeout"]


def test_the_clock_ends_no_child_that_is_at_work(read):
    began = time.monotonic()
    found = read(files.pdf_with_endless_page(), idle_seconds=0.4, read_cpu_seconds=2, text_seconds=60.0)
    assert time.monotonic() - began > 1.5, "it went on after 0.4 seconds"
    assert found.ended == "timeout"


def test_a_child_that_is_stopped_is_ended(tmp_path):
    path, found = tmp_path / "upload", []
    path.write_bytes(files.pdf_with_endless_page())
    limits = intake.Limits(idle_seconds=1.0, text_seconds=60.0)
    reader = threading.Thread(target=lambda: found.append(intake.read(path, limits=limits)))
    reader.start()
    until(children_at_work)
    (pid,) = children_at_work()
    os.kill(pid, signal.SIGSTOP)
    reader.join(20)
    assert [each.ended for each in found] == ["timeout"]
    assert not children_at_work()


def test_a_child_ends_with_whoever_started_it_also_while_it_is_stopped(tmp_path):
    path = tmp_path / "upload"
    path.write_bytes(files.pdf_with_endless_page())
    script = f"from cwg.documents import intake; intake.read({str(path)!r})"
    reader = subprocess.Popen([sys.executable, "-c", script], cwd=runner.CHILD.parents[3])
    try:
        until(lambda: children_at_work(reader.pid))
        (pid,) = children_at_work(reader.pid)
        until(lambda: os.getpriority(os.PRIO_PROCESS, pid) == 19)
        os.kill(pid, signal.SIGSTOP)
    finally:
        reader.kill()
        reader.wait()
    until(lambda: not command_of(pid))


def test_a_child_that_needs_too_much_memory_is_refused(look):
    content = files.pdf_file()
    content = content[:20] + b"%" + bytes(40 * MB) + b"\n" + content[20:]
    assert codes(look(content, "a.pdf", memory_bytes=70 * MB)) == ["memory"]


def children_at_work(of: int | None = None) -> list[int]:
    """The processes of intake that this one, or another, has started."""
    found = []
    for task in pathlib.Path(f"/proc/{of or os.getpid()}/task").glob("*"):
        try:
            found += [int(pid) for pid in (task / "children").read_text().split()]
        except FileNotFoundError:
            continue
    return [pid for pid in found if b"child.py" in command_of(pid)]


def command_of(pid: int) -> bytes:
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return b""


@pytest.mark.parametrize(
    ("returncode", "code"),
    [
        (0, ""),
        (4, "crashed"),
        (-signal.SIGSEGV, "crashed"),
        (-signal.SIGXCPU, "timeout"),
        (-signal.SIGKILL, "memory"),
        (3, "memory"),
    ],
)
def test_every_end_of_the_child_has_its_own_code(returncode, code):
    assert runner._end(returncode, 5) == code


@pytest.mark.parametrize("answer", [b"", b"[]", b'{"pages": "many"}', b'{"text": 1}', b"[" * 100_000])
def test_an_answer_that_cannot_be_read_is_no_answer(monkeypatch, look, read, answer):
    monkeypatch.setattr(runner, "_in_child", lambda *asked, **how: (answer, ""))
    assert codes(look(b"bytes")) == ["crashed"]
    assert read(b"bytes") == intake.ReadText(ended="crashed")


@pytest.mark.parametrize(
    "part",
    [
        *("word/document.xml", "word/styles.xml", "docProps/core.xml", "customXml/item1.xml", "_rels/.rels"),
        *(
            "[Content_Types].xml",
            "word/media/picture.svg",
            "word/unknown.bin",
            "word/_rels/document.xml.rels",
        ),
    ],
)
def test_a_doctype_in_any_part_is_refused_within_a_second_and_nothing_is_fetched(look, part):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
        content = files.doctype_in(part, address)
        assert codes(look(content, cpu_seconds=1)) == ["docx_dtd"]
        with pytest.raises(TimeoutError):
            listener.accept()


SVG = '<?xml version="1.0"?><!DOCTYPE svg PUBLIC "%s" "%s"%s><svg xmlns="http://www.w3.org/2000/svg"/>'
W3C = ("-//W3C//DTD SVG 1.1//EN", "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd")


def test_the_line_by_which_a_drawing_says_what_it_is_is_taken(look):
    picture = SVG % (*W3C, "")
    assert look(files.changed(files.word_file(), {"word/media/image1.svg": picture})).accepted


@pytest.mark.parametrize(
    "picture",
    [
        SVG % (*W3C, ' [<!ENTITY ns "http://www.w3.org/2000/svg">]'),
        SVG % (W3C[0], "http://elsewhere.example/svg11.dtd", ""),
        SVG % ("-//OTHER", W3C[1], ""),
    ],
)
def test_a_drawing_with_any_other_declaration_is_refused_and_named(look, picture):
    found = look(files.changed(files.word_file(), {"word/media/image1.svg": picture}))
    assert [(said.code, said.data) for said in found.refusals] == [
        ("docx_dtd", {"part": "word/media/image1.svg"})
    ]


def test_a_part_of_word_itself_may_not_even_name_a_public_declaration(look):
    assert codes(look(files.changed(files.word_file(), {"customXml/item1.xml": SVG % (*W3C, "")}))) == [
        "docx_dtd"
    ]


def test_a_drawing_that_is_not_sound_is_not_ours_to_refuse(look):
    package = files.with_type(
        files.word_file(), "word/media/a.svg", "image/svg+xml", **{"word/media/a.svg": "<svg><g>"}
    )
    assert look(package).accepted


def test_a_doctype_in_utf_16_is_refused_too(look):
    xml = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY e "v">]><x>&e;</x>'
    assert codes(look(files.changed(files.word_file(), {"word/styles.xml": xml.encode("utf-16")}))) == [
        "docx_dtd"
    ]


def test_the_child_gets_nothing_of_the_environment(monkeypatch, look):
    seen = {}
    start = subprocess.Popen

    def watch(command, **options):
        seen.update(options, command=command)
        return start(command, **options)

    monkeypatch.setenv("SECRET_KEY", "do-not-tell")
    monkeypatch.setattr(runner.subprocess, "Popen", watch)
    assert look(files.word_file(), "A secret title.docx").accepted
    assert set(seen["env"]) == {"PATH", "LANG"}
    assert "secret" not in " ".join(seen["command"]).lower()


def test_the_child_loads_neither_the_portal_nor_django_and_can_neither_connect_nor_start_a_program():
    script = f"""
import runpy, sys, socket
child = runpy.run_path({str(runner.CHILD)!r}, run_name="looked_at")
examination = child["load_intake"]()
examination.prepare("zip")
examination.prepare("pdf")
assert not [name for name in sys.modules if name.partition(".")[0] in ("django", "cwg", "celery", "lxml")]
child["lock_down"]()
for attempt in (lambda: socket.create_connection(("127.0.0.1", 9)), lambda: __import__("subprocess").run(["true"])):
    try:
        attempt()
    except PermissionError:
        pass
    else:
        raise SystemExit(1)
"""
    assert subprocess.run([sys.executable, "-I", "-c", script], timeout=30).returncode == 0


def test_it_is_safe_from_many_threads_at_once(tmp_path):
    path = tmp_path / "upload"
    path.write_bytes(files.word_file("from threads"))
    results = []
    threads = [threading.Thread(target=lambda: results.append(intake.inspect(path))) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [found.text for found in results] == ["from threads"] * 8


def test_nothing_is_left_open_or_running_after_a_refusal(look, read):
    open_before = len(os.listdir("/proc/self/fd"))
    read(files.pdf_with_endless_page(), read_cpu_seconds=1, text_seconds=60.0)
    look(files.many_entries(10_000))
    assert len(os.listdir("/proc/self/fd")) == open_before
    assert not children_at_work()


def test_what_was_found_survives_the_way_as_json(look):
    found = look(files.word_file(title="Ä \u0627", author="Ann", comment_by="Bob"))
    assert intake.Inspection.from_json(found.to_json()) == found


def test_a_stored_record_without_its_text_or_from_an_earlier_version_can_be_read(look):
    record = json.loads(look(files.word_file(author="Ann")).to_json())
    del record["text"], record["tracked_changes"]
    found = intake.Inspection.from_record({**record, "later": 1})
    assert (found.text, found.tracked_changes, found.authors) == (None, 0, ("Ann",))


@pytest.mark.parametrize(
    "change",
    [
        {"size": -1},
        {"size": True},
        {"format": "exe"},
        {"authors": [1]},
        {"refusals": [{"code": 1, "severity": "refuse", "data": {}}]},
        {"findings": [{"code": "x", "severity": "fatal", "data": {}}]},
        {"findings": {}},
    ],
)
def test_an_answer_with_values_of_another_kind_is_not_read(change):
    record = {**json.loads(intake.Inspection().to_json()), **change}
    with pytest.raises(ValueError):
        intake.Inspection.from_record(record)


# A service that may set no priorities (systemd's SystemCallFilter=~@resources): the kernel answers "not permitted".
WITHOUT_PRIORITIES = """
import ctypes, errno, os, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.prctl.argtypes = [ctypes.c_int, *[ctypes.c_void_p] * 4]
class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.c_char_p)]
number = int(sys.argv[2])
steps = b"".join(struct.pack("=HBBI", *each) for each in [
    (0x20, 0, 0, 0), (0x15, 0, 1, number), (0x06, 0, 0, 0x00050000 | errno.EPERM), (0x06, 0, 0, 0x7FFF0000)])
program = Program(len(steps) // 8, steps)
assert libc.prctl(38, 1, None, None, None) == 0 and libc.prctl(22, 2, ctypes.addressof(program), None, None) == 0
try:
    os.nice(1)
except PermissionError:
    from cwg.documents import intake
    print(intake.inspect(sys.argv[1], declared_name="a.docx").accepted)
"""
SETPRIORITY = {"x86_64": 141, "aarch64": 140}


@pytest.mark.skipif(platform.machine() not in SETPRIORITY, reason="its number of the call is not known here")
def test_a_service_that_may_set_no_priorities_takes_files_all_the_same(tmp_path):
    path = tmp_path / "upload"
    path.write_bytes(files.word_file())
    ran = subprocess.run(
        [sys.executable, "-c", WITHOUT_PRIORITIES, path, str(SETPRIORITY[platform.machine()])],
        cwd=pathlib.Path(runner.CHILD).parents[3],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.stdout.strip() == "True", ran.stdout + ran.stderr
