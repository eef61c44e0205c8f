"""How a web host leaves without hanging up on anybody who is at its door.

The kernel opens connections for a listening socket before anybody accepts them, until its last copy is closed, and breaks
off those that nobody has accepted by then. A proxy that has sent a POST on one of them can neither send it again
(it may have been done) nor give the answer. So a gunicorn that is told to stop
- lets no new connection begin (`shut_the_door`): the kernel leaves the first packet of each unanswered, which the sender repeats
  after a second, and then finds the port closed. What was refused so was not sent, and the proxy asks another host;
- accepts every connection that had begun, and closes its copy of the socket only then (`LeavingWorker`).
"""

import ctypes
import socket
import struct
import time

from gunicorn.arbiter import Arbiter
from gunicorn.workers.gthread import ThreadWorker

# Seconds in which a connection that has begun is there: the way of one packet to the proxy, and back.
UNDER_WAY = 0.25

_SO_ATTACH_FILTER = 26  # Linux: asm-generic/socket.h
_SYN, _ACK = 0x02, 0x10
# The classic packet filter (linux/filter.h), which looks at a TCP segment from its header on:
# code, jump if true, jump if false, operand.
_NO_NEW_CONNECTION = (
    (0x30, 0, 0, 13),  # load the byte of the flags
    (0x54, 0, 0, _SYN | _ACK),  # keep these two
    (0x15, 0, 1, _SYN),  # SYN alone begins a connection
    (0x06, 0, 0, 0),  # take none of it
    (0x06, 0, 0, 0xFFFFFFFF),  # take all of it
)


def shut_the_door(listener: socket.socket) -> None:
    """No new connection begins at it, in any process that has it; those that have begun go on. Linux only, for TCP."""
    program = b"".join(struct.pack("HBBI", *step) for step in _NO_NEW_CONNECTION)
    held = ctypes.create_string_buffer(program, len(program))
    listener.setsockopt(
        socket.SOL_SOCKET,
        _SO_ATTACH_FILTER,
        struct.pack("HP", len(_NO_NEW_CONNECTION), ctypes.addressof(held)),
    )


def shut_the_door_at_the_end_of(arbiter: Arbiter) -> None:
    """From now on gunicorn's master begins its own end with that, unless its sockets outlive it."""
    stop = arbiter.stop

    def shut_and_stop(graceful: bool = True) -> None:
        followed = arbiter.reexec_pid or arbiter.master_pid or arbiter.systemd or arbiter.cfg.reuse_port
        for listener in [] if followed else arbiter.LISTENERS:
            if listener.sock.family in (socket.AF_INET, socket.AF_INET6):
                shut_the_door(listener.sock)
        stop(graceful)

    arbiter.stop = shut_and_stop


class LeavingWorker(ThreadWorker):
    """gunicorn's threaded worker, which takes everybody who is at the door before it leaves."""

    def set_accept_enabled(self, enabled: bool) -> None:
        if enabled or self.alive:
            super().set_accept_enabled(enabled)
            return
        super().set_accept_enabled(True)
        ends = time.monotonic() + UNDER_WAY
        while (left := ends - time.monotonic()) > 0:
            self.notify()
            self.wait_for_and_dispatch_events(left)
        super().set_accept_enabled(False)
        for listener in self.sockets:
            listener.close()
