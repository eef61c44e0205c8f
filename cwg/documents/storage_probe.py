"""Whether the file storage keeps a file: a question of `/readyz`."""

import logging
import threading
import time
import uuid

from django.core.files.base import ContentFile

from cwg.record import patience
from cwg.record.patience import StorageAway
from cwg.record.readiness import Answer

from .storage import documents

logger = logging.getLogger(__name__)

# The page is public: however often it is asked, the storage is written to once in this many seconds.
ASKED_EVERY = 5.0

# A disk may hang for ever: the probe is done by other threads, and whoever asked gives up on them (`patience`).
_store = patience.Store()
_under_way = threading.Lock()
_answer: tuple[float, Answer] | None = None


def answer() -> Answer:
    """Write, read and delete a tiny file; the answer stands for some seconds, for every thread of the process.

    A storage that does not answer within `patience.PATIENCE` seconds is a no. One thread of the process waits for it;
    the others say what was found last.
    """
    global _answer
    if _answer is not None and time.monotonic() - _answer[0] < ASKED_EVERY:
        return _answer[1]
    # Before there is a first answer everybody waits for it, as long as whoever asks the storage does.
    found_free = _under_way.acquire(blocking=False) or (
        _answer is None and _under_way.acquire(timeout=patience.PATIENCE + 1)
    )
    if not found_free:
        return _answer[1] if _answer is not None else {"ok": False}
    try:
        if _answer is None or time.monotonic() - _answer[0] >= ASKED_EVERY:
            ok = _keeps_a_file()
            _answer = (time.monotonic(), {"ok": ok})
        return _answer[1]
    finally:
        _under_way.release()


def _keeps_a_file() -> bool:
    try:
        return _store.ask(_write_and_read)
    except StorageAway as error:
        logger.error("readyz: %s", error)
    except Exception:
        # A store may fail with any error of its client library; each of them means the same here.
        logger.exception("readyz: the storage does not answer")
    return False


def _write_and_read() -> bool:
    storage, written = documents(), uuid.uuid4().bytes
    name = storage.save(f"probe/{uuid.uuid4()}", ContentFile(written))
    try:
        with storage.open(name, "rb") as stored:
            return stored.read() == written
    finally:
        storage.delete(name)
