"""Whether the file storage keeps a file: a question of `/readyz`."""

import logging
import threading
import time
import uuid

from django.core.files.base import ContentFile

from cwg.record.readiness import Answer

from .storage import documents

logger = logging.getLogger(__name__)

# The page is public: however often it is asked, the storage is written to once in this many seconds.
ASKED_EVERY = 5.0

_lock = threading.Lock()
_answer: tuple[float, Answer] | None = None


def answer() -> Answer:
    """Write, read and delete a tiny file; the answer stands for some seconds, for every thread of the process."""
    global _answer
    with _lock:
        if _answer is None or time.monotonic() - _answer[0] >= ASKED_EVERY:
            _answer = (time.monotonic(), {"ok": _keeps_a_file()})
        return _answer[1]


def _keeps_a_file() -> bool:
    storage, written = documents(), uuid.uuid4().bytes
    try:
        name = storage.save(f"probe/{uuid.uuid4()}", ContentFile(written))
        try:
            with storage.open(name, "rb") as stored:
                return stored.read() == written
        finally:
            storage.delete(name)
    except Exception:
        # A store may fail with any error of its client library; each of them means the same here.
        logger.exception("readyz: the storage does not answer")
        return False
