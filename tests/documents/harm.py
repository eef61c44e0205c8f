"""What a disk, or somebody at its shell, may do to stored bytes: past the storage's own methods."""

import os
from pathlib import Path

from cwg.documents.models import Blob
from cwg.documents.storage import documents

KINDS = ("missing", "size", "altered")


def path_of(blob: Blob) -> Path:
    return Path(documents().path(blob.path))


def do(blob: Blob, kind: str) -> bytes:
    """Harm the stored file; returns the bytes it had."""
    path = path_of(blob)
    content = path.read_bytes()
    if kind == "missing":
        path.unlink()
    elif kind == "size":
        path.write_bytes(content[: len(content) // 2])
    else:
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    return content


def silently(blob: Blob) -> None:
    """Other bytes in a file that looks as before to whoever asks for its times: what a disk does by itself."""
    path = path_of(blob)
    before = path.stat()
    with path.open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        last = file.read(1)
        file.seek(-1, os.SEEK_END)
        file.write(bytes([last[0] ^ 1]))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def mend(blob: Blob, content: bytes) -> None:
    """As whoever restores it from a backup."""
    path_of(blob).write_bytes(content)
