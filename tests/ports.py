"""Ports of this machine for the servers of a test."""

from tests.launcher import dev


def free_port() -> int:
    """A port of loopback at which nothing listens."""
    return dev.free_port()


def free_ports(*names: str) -> dict[str, int]:
    return {name: free_port() for name in names}
