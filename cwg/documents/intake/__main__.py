"""`./dev try-files FOLDER`: what intake makes of each file of a folder, in figures: how many it refuses, and why; what it tells of.

With any collection of honest files it measures false refusals. It calls the real `inspect`, and `read` with --read; nothing is kept.
"""

from __future__ import annotations

import argparse
import csv
import resource
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from . import Inspection, ReadText, inspect, read

_SLOWEST = 5


@dataclass(frozen=True)
class Tried:
    """`error`: why the file could not even be opened. Seconds are of the clock, waiting for a processor included."""

    path: Path
    seconds: float
    found: Inspection
    error: str = ""
    text: ReadText | None = None
    text_seconds: float = 0.0

    @property
    def codes(self) -> list[str]:
        return [finding.code for finding in (*self.found.refusals, *self.found.findings)]


def try_one(path: Path, reads: bool) -> Tried:
    began = time.monotonic()
    try:
        found = inspect(path, declared_name=path.name)
        taken = time.monotonic()
        if not reads or not found.accepted:
            return Tried(path, taken - began, found)
        text = read(path)
    except OSError as error:
        return Tried(path, time.monotonic() - began, Inspection(), error=str(error))
    return Tried(path, taken - began, found, text=text, text_seconds=time.monotonic() - taken)


def files_in(folder: Path) -> list[Path]:
    """All files below it in order; a folder that is a link is not followed."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def report(tried: list[Tried], peak_kilobytes: int) -> Iterator[str]:
    opened = [each for each in tried if not each.error]
    refused = [each for each in opened if not each.found.accepted]
    yield f"{len(tried)} files: {len(opened) - len(refused)} taken, {len(refused)} refused"
    if len(opened) < len(tried):
        yield f"{len(tried) - len(opened)} could not be opened"
    yield from _counted("Refused for", (finding.code for each in refused for finding in each.found.refusals))
    told = (
        f"{finding.code} ({finding.severity})"
        for each in opened
        if each.found.accepted
        for finding in each.found.findings
    )
    yield from _counted("Told of those that were taken", told)
    if texts := [each.text for each in opened if each.text is not None]:
        yield from _counted(
            "Their texts", (text.ended or ("whole" if text.whole else "partial") for text in texts)
        )
        yield from _seconds("Seconds to read the text", [each.text_seconds for each in opened if each.text])
    if opened:
        yield from _seconds("Seconds to judge a file", [each.seconds for each in opened])
        yield f"Memory of a child: at most {peak_kilobytes / 1024:.0f} MB"
        yield "Slowest:"
        for each in sorted(opened, key=lambda each: each.seconds, reverse=True)[:_SLOWEST]:
            yield f"  {each.seconds:8.2f}  {each.path}"


def _counted(title: str, things: Iterable[str]) -> Iterator[str]:
    counts = Counter(things)
    if counts:
        yield f"{title}:"
        for thing, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
            yield f"  {count:6d}  {thing}"


def _seconds(title: str, values: list[float]) -> Iterator[str]:
    # Of one value there is nothing to divide.
    p95 = statistics.quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]
    yield f"{title}: median {statistics.median(values):.2f}, p95 {p95:.2f}, most {max(values):.2f}"


def table(tried: list[Tried]) -> Iterator[list[object]]:
    yield ["file", "size", "kind", "seconds", "taken", "refusals", "findings", "text", "error"]
    for each in tried:
        found, text = each.found, each.text
        yield [
            each.path,
            found.size,
            found.format or "",
            f"{each.seconds:.3f}",
            "no" if each.error or not found.accepted else "yes",
            " ".join(finding.code for finding in found.refusals),
            " ".join(finding.code for finding in found.findings),
            "" if text is None else text.ended or ("whole" if text.whole else "partial"),
            each.error,
        ]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./dev try-files", description=__doc__)
    parser.add_argument("folder", type=Path, help="all files below it are tried")
    parser.add_argument("--read", action="store_true", help="also read the text of what is taken")
    parser.add_argument("--list", metavar="CODE", help="only the names of the files with that code")
    parser.add_argument("--csv", action="store_true", help="a line for each file instead of the figures")
    parser.add_argument("--at-once", type=int, default=1, metavar="N", help="so many at a time (1)")
    given = parser.parse_args(arguments)
    if not given.folder.is_dir():
        parser.error(f"{given.folder} is not a folder")
    # A name that is no text in this locale is printed all the same.
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    with ThreadPoolExecutor(max(given.at_once, 1)) as pool:
        tried = list(pool.map(lambda path: try_one(path, given.read), files_in(given.folder)))
    if given.list:
        for each in tried:
            if given.list in each.codes:
                print(each.path)
    elif given.csv:
        csv.writer(sys.stdout).writerows(table(tried))
    else:
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        print("\n".join(report(tried, peak)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
