"""Where bytes are kept. Django's storage API; a folder by default, an S3-compatible store by setting."""

import os
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage, storages


class DurableFileSystemStorage(FileSystemStorage):
    """A folder whose files are on the disk, name and all, before `save` returns."""

    def _save(self, name: str, content: Any) -> str:
        name = super()._save(name, content)
        path = Path(self.path(name))
        for target in (path, path.parent):
            descriptor = os.open(target, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        return name


def documents():
    """The storage of the register's bytes."""
    return storages["documents"]
