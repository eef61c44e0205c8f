"""How much a file may ask of the portal before it is refused (design.md 5, quality.md 16-18)."""

from __future__ import annotations

from dataclasses import dataclass

MB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """All limits of one child process; sizes in bytes, times in seconds of the processor, which a busy machine does not use up.

    `cpu_seconds` (of an inspection), `read_cpu_seconds` (of reading a text) and `memory_bytes` (address space) end it;
    `walk_seconds` and `text_seconds` only end one part of the work: the file is taken, its text in part.
    `idle_seconds` are of the clock: a child that is stopped or blocked, and gets nothing done for so long, is ended.
    """

    file_bytes: int = 50 * MB
    # Over a container and all that lie in it. Parts stream past, so this bounds time and not memory.
    zip_entries: int = 5_000
    unpacked_bytes: int = 300 * MB
    # Only what is both large and packed beyond reason is a bomb: two screens of 4K in one picture are 63 MB.
    ratio: int = 200
    ratio_from_bytes: int = 64 * MB
    # A document inside a document is held in memory, and one of each level at a time.
    embedded_bytes: int = 50 * MB
    embedded_depth: int = 3
    entry_name_bytes: int = 512
    # The depth at which lxml, which reads the file after us, gives up.
    xml_depth: int = 256
    text_chars: int = 2_000_000
    pdf_text_pages: int = 2_000
    walk_seconds: float = 3.0
    text_seconds: float = 30.0
    cpu_seconds: int = 10
    read_cpu_seconds: int = 40
    idle_seconds: float = 20.0
    memory_bytes: int = 512 * MB
