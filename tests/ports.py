"""Ports of this machine for the servers of a test."""

import socket


def free_port() -> int:
    """A port of loopback at which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def free_ports(*names: str) -> dict[str, int]:
    return {name: free_port() for name in names}
