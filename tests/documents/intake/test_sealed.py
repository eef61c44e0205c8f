"""A sealed process has its memory and what it has open; whatever runs in it gets nothing else from the kernel."""

import json
import subprocess
import sys

from cwg.documents.intake import runner

SCRIPT = f"""
import runpy, sys, ctypes, errno, json, mmap, socket, os
child = runpy.run_path({str(runner.CHILD)!r}, run_name="looked_at")
examination = child["load_intake"]()
examination.prepare("pdf", "read")
libc = ctypes.CDLL(None, use_errno=True)
calls = {{
    "open": lambda: libc.open(b"/etc/hostname", 0),
    "socket": lambda: libc.socket(socket.AF_INET, socket.SOCK_STREAM, 0),
    "fork": lambda: libc.fork(),
    "kill": lambda: libc.kill(os.getppid(), 0),
    "memory to run": lambda: libc.mprotect(ctypes.c_void_p(page), 4096, 7),
}}
libc.mmap.restype = ctypes.c_void_p
page = libc.mmap(None, ctypes.c_size_t(4096), 3, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1, ctypes.c_size_t(0))
def answers():
    found = {{}}
    for name in sys.argv[1].split(","):
        ctypes.set_errno(0)
        value = calls[name]()
        if name == "fork" and value == 0:
            os._exit(0)
        found[name] = errno.errorcode.get(ctypes.get_errno(), "done") if value < 0 else "done"
    return found
before = answers()
examination.seal("pdf", "read")
print(json.dumps([before, answers(), len(bytes(50_000_000))]))
"""


def test_nothing_can_be_opened_connected_started_or_made_to_run_once_a_process_is_sealed():
    names = ["open", "socket", "fork", "kill", "memory to run"]
    ran = subprocess.run(
        [sys.executable, "-I", "-c", SCRIPT, ",".join(names)], timeout=30, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    before, after, had = json.loads(ran.stdout.splitlines()[-1])
    assert before == dict.fromkeys(names, "done"), "there was something to forbid"
    assert after == dict.fromkeys(names, "EPERM")
    assert had == 50_000_000
