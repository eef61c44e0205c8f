"""How a web host leaves without hanging up on anybody who is at its door.

The kernel opens connections for a listening socket before anybody accepts them, until its last copy is closed, and breaks
off those that nobody has accepted by then. A proxy that has sent a POST on one of them can neither send it again
(it may have been done) nor give the answer. So a gunicorn that is told to stop
- lets no new connection begin (`shut_the_door`): the kernel leaves the first packet of each unanswered, which the sender repeats
  after a second, and then finds the port closed. What was refused so was not sent, and the proxy asks another host;
- accepts every connection that had begun, and closes its copy of the socket only then (`LeavingWorker`).
"""

import contextlib
import socket
import time

from gunicorn.arbiter import Arbiter
from gunicorn.workers.gthread import ThreadWorker

# Seconds in which a connection that has begun is there: the way of one packet to the proxy, and back.
UNDER_WAY = 0.25

# Linux, linux/in.h and linux/in6.h: a packet that arrives with a lower time-to-live is dropped without an answer. Packets set
# out with 64 or 128, so none arrives with 255. Made for BGP (RFC 5082), and needs no privilege: a packet filter, which would
# say the same more plainly, needs CAP_NET_ADMIN since Linux 6.18.
_LEAST_TTL = (socket.IPPROTO_IP, 21)  # IP_MINTTL
_LEAST_HOP_LIMIT = (socket.IPPROTO_IPV6, 73)  # IPV6_MINHOPCOUNT
_HIGHEST, _ANY = 255, 0


def _options(sock: socket.socket) -> list[tuple[int, int]]:
    # An IPv6 socket may hear senders of IPv4 too.
    return [_LEAST_TTL] + [_LEAST_HOP_LIMIT] * (sock.family == socket.AF_INET6)


def shut_the_door(listener: socket.socket) -> None:
    """No new connection begins at it, in any process that has it; those that have begun go on. Linux only, for TCP.

    Raises OSError where the system does not know these options.
    """
    for option in _options(listener):
        listener.setsockopt(*option, _HIGHEST)


def hear_again(accepted: socket.socket) -> None:
    """A connection that had only half begun when the door was shut took the door's limit over: lift it."""
    for option in _options(accepted):
        accepted.setsockopt(*option, _ANY)


def shut_the_door_at_the_end_of(arbiter: Arbiter) -> None:
    """From now on gunicorn's master begins its own end with that, unless its sockets outlive it."""
    stop = arbiter.stop

    def shut_and_stop(graceful: bool = True) -> None:
        followed = arbiter.reexec_pid or arbiter.master_pid or arbiter.systemd or arbiter.cfg.reuse_port
        for listener in [] if followed else arbiter.LISTENERS:
            if listener.sock.family not in (socket.AF_INET, socket.AF_INET6):
                continue
            try:
                shut_the_door(listener.sock)
            except OSError as error:
                # Whoever is at the door is still answered; who comes at the instant of closing is not.
                arbiter.log.warning("New connections could not be held off while this host leaves: %s", error)
        stop(graceful)

    arbiter.stop = shut_and_stop


class LeavingWorker(ThreadWorker):
    """gunicorn's threaded worker, which takes everybody who is at the door before it leaves."""

    def enqueue_req(self, conn) -> None:
        if not conn.initialized and conn.sock.family in (socket.AF_INET, socket.AF_INET6):
            with contextlib.suppress(OSError):
                hear_again(conn.sock)
        super().enqueue_req(conn)

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
