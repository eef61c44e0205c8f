"""Where bytes are kept. Django's storage API; a folder by default, an S3-compatible store by setting."""

import os
import secrets
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage, storages


class DurableFileSystemStorage(FileSystemStorage):
    """A folder whose files are on the disk, name and all, before `save` returns, and there whole or not at all.

    A name stands for the same content for ever, so the last of two who save it at once changes nothing.
    """

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def _save(self, name: str, content: Any) -> str:
        beside = f"{name}.{secrets.token_hex(6)}.unfinished"
        path, unfinished = Path(self.path(name)), Path(self.path(beside))
        try:
            super()._save(beside, content)  # type: ignore[misc]  # Django's own hook; its stubs leave it out
            _sync(unfinished)
            os.replace(unfinished, path)
        except OSError:
            unfinished.unlink(missing_ok=True)
            raise
        root = Path(self.location)
        for folder in path.parents:
            _sync(folder)
            if folder == root:
                break
        return name


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def documents():
    """The storage of the register's bytes."""
    return storages["documents"]
