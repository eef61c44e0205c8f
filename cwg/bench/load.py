"""The load: plain HTTP/1.1 over kept connections to a server on loopback. Bounded in requests and in time."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass

TIMEOUT = 30.0
Request = tuple[str, str, dict[str, str], bytes]  # method, path, headers, body


@dataclass(frozen=True)
class Measured:
    """Requests a second and the percentiles of their durations in milliseconds; bytes of one body."""

    rate: float
    p50: float
    p95: float
    p99: float
    body: int
    statuses: dict[int, int]


def run(port: int, requests: Iterator[Request], *, connections: int, count: int, seconds: float) -> Measured:
    """Send at most `count` requests for at most `seconds`, over `connections` connections to 127.0.0.1:`port`."""
    return asyncio.run(_run(port, requests, connections, count, seconds))


async def _run(port: int, requests, connections: int, count: int, seconds: float) -> Measured:
    durations: list[float] = []
    statuses: dict[int, int] = {}
    bodies: list[int] = []
    left = count
    end = time.perf_counter() + seconds

    async def one() -> None:
        nonlocal left
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=4 * 1024 * 1024)
        try:
            while left > 0 and time.perf_counter() < end:
                left -= 1
                request = next(requests, None)
                if request is None:
                    return
                started = time.perf_counter()
                status, size, keep = await asyncio.wait_for(_send(reader, writer, port, request), TIMEOUT)
                durations.append((time.perf_counter() - started) * 1000)
                statuses[status] = statuses.get(status, 0) + 1
                bodies.append(size)
                if not keep:
                    writer.close()
                    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=4 * 1024 * 1024)
        finally:
            writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(connections)))
    took = time.perf_counter() - started
    durations.sort()

    def percentile(share: float) -> float:
        return durations[min(len(durations) - 1, int(len(durations) * share))] if durations else 0.0

    return Measured(
        rate=len(durations) / took if took else 0.0,
        p50=percentile(0.50),
        p95=percentile(0.95),
        p99=percentile(0.99),
        body=max(bodies, default=0),
        statuses=statuses,
    )


async def _send(reader, writer, port: int, request: Request) -> tuple[int, int, bool]:
    method, path, headers, body = request
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + body)
    await writer.drain()
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    status = int(head[0].split()[1])
    answered = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
    size = await _body(reader, answered)
    return status, size, answered.get("connection", "").lower() != "close"


async def _body(reader, headers: dict[str, str]) -> int:
    if "content-length" in headers:
        size = int(headers["content-length"])
        await reader.readexactly(size)
        return size
    size = 0
    if headers.get("transfer-encoding", "").lower() == "chunked":
        while True:
            length = int((await reader.readline()).strip() or b"0", 16)
            await reader.readexactly(length + 2)
            if not length:
                return size
            size += length
    return size
