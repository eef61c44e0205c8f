"""Uploads on a disk that has no room left for them: the file is let go, the rest of the form is read.

What was typed beside the file is in the same body, and is not lost with it.
"""

import contextlib
import logging
from typing import Any

from django.core.files.uploadhandler import SkipFile, TemporaryFileUploadHandler
from django.http import HttpRequest

logger = logging.getLogger(__name__)

# The attribute of the request that says so.
_MARK = "upload_without_room"


class RoomyUploadHandler(TemporaryFileUploadHandler):
    """Django's temporary file; where it cannot be written, `no_room(request)` tells a view, and nothing of it stays."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        try:
            super().new_file(*args, **kwargs)
        except OSError as error:
            self._let_go(error)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        try:
            self.file.write(raw_data)
            # At once: what is held back would fail where the file is closed, where nothing is done about it.
            self.file.flush()
        except OSError as error:
            self._let_go(error)

    def _let_go(self, error: OSError) -> None:
        logger.error("an upload could not be written to the disk: %s", error)
        setattr(self.request, _MARK, True)
        if getattr(self, "file", None) is not None:
            with contextlib.suppress(OSError):
                self.file.close()
        raise SkipFile from error


def no_room(request: HttpRequest) -> bool:
    """Whether a file of this request could not be written to the disk. Only pages of `uploads.takes_files` need to ask:
    what the others take is held in memory."""
    return getattr(request, _MARK, False)
