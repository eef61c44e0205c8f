"""An S3-compatible store whose faults are told as those of a folder are (`storage`), within a bounded time.

The client library has several dozen errors and waits for minutes by its defaults. Here each becomes one of ours, a store
that hangs is given up after seconds, and for some seconds nobody else is made to wait for it.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.client import Config
from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, ReadTimeoutError
from storages.backends.s3 import S3Storage

from .storage import Kept, Reading, Source, StorageFailed, StorageFull

# Seconds, for each of at most two attempts. Reading: without a single byte.
CONNECT_WITHIN, ANSWER_WITHIN, ATTEMPTS = 3, 8, 2
# How long a store that hung is not asked again: what waits for it holds a thread of the web server.
LEFT_ALONE = 5.0
# One request a file, or a store would keep the parts of an upload that broke off where nobody sees them.
_IN_ONE_PIECE = TransferConfig(multipart_threshold=5 * 1024**3, use_threads=False)
_NOT_THERE = ("404", "NoSuchKey")
_NO_ROOM = ("507", "InsufficientStorage", "QuotaExceeded", "XMinioStorageFull")


class S3DocumentStorage(S3Storage):
    """Names stand for the same content for ever; every error is FileNotFoundError, StorageFull or StorageFailed."""

    def __init__(self, **settings: Any):
        super().__init__(**settings)
        self.client_config: Config = self.client_config.merge(  # type: ignore[has-type]  # the library has no types
            Config(
                connect_timeout=CONNECT_WITHIN,
                read_timeout=ANSWER_WITHIN,
                retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
                # Not every store knows the newer checksums; ours are SHA-256, over every file.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            )
        )
        self.transfer_config = _IN_ONE_PIECE
        self._left_alone_until = 0.0
        self._lock = threading.Lock()

    @contextmanager
    def told(self, name: str) -> Iterator[None]:
        """What goes wrong herein is raised as one of our errors."""
        if time.monotonic() < self._left_alone_until:
            raise StorageFailed("the store hung a moment ago, and is not asked yet")
        try:
            yield
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in _NOT_THERE:
                raise FileNotFoundError(name) from error
            raise (StorageFull if code in _NO_ROOM else StorageFailed)(str(error)) from error
        except (BotoCoreError, Boto3Error) as error:
            if isinstance(error, ConnectTimeoutError | ReadTimeoutError):
                self._left_alone_until = time.monotonic() + LEFT_ALONE
            raise StorageFailed(str(error)) from error

    @property
    def bucket(self) -> Any:
        # Made by the first who asks; the library's own is not safe where two threads are first at once.
        with self._lock:
            return super().bucket

    def _open(self, name: str, mode: str = "rb") -> Any:
        with self.told(name):
            opened = super()._open(name, mode)
            if "r" in mode:
                opened.file  # noqa: B018 - fetched here, where its errors are told
            return opened

    def _save(self, name: str, content: Any) -> str:
        with self.told(name):
            return super()._save(name, content)

    def delete(self, name: str) -> None:
        with self.told(name):
            super().delete(name)

    def exists(self, name: str) -> bool:
        with self.told(name):
            return super().exists(name)

    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        with self.told(name):
            return super().listdir(name)

    def size(self, name: str) -> int:
        with self.told(name):
            return super().size(name)

    def reading(self, name: str, start: int = 0, stop: int | None = None) -> Reading:
        """The bytes of a file from `start` to before `stop`, as the store sends them: none is fetched before it is read.

        Raises FileNotFoundError and StorageFailed. Beyond the file's end there is nothing to read.
        """
        wanted = {"Bucket": self.bucket_name, "Key": self._normalize_name(name)}
        if start or stop is not None:
            wanted["Range"] = f"bytes={start}-{'' if stop is None else stop - 1}"
        with self.told(name):
            try:
                answer = self.connection.meta.client.get_object(**wanted)
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") not in ("416", "InvalidRange"):
                    raise
                return Reading(super().size(name), _Nothing())
        size = answer["ContentLength"]
        if "ContentRange" in answer:
            size = int(answer["ContentRange"].rpartition("/")[2])
        return Reading(size, _Body(self, name, answer["Body"]), _version_in(answer))

    def likeness(self, name: str) -> None:
        """Nothing cheap to ask tells whether the store's bytes are as they were."""
        return None

    def version(self, name: str) -> tuple[object, ...]:
        """Changes whenever anybody writes to the object: one question to the store. Raises as `reading`."""
        with self.told(name):
            key = self._normalize_name(name)
            return _version_in(self.connection.meta.client.head_object(Bucket=self.bucket_name, Key=key))

    def kept_below(self, folder: str) -> Iterator[Kept]:
        """Every file below `folder`, in the order of names. Raises StorageFailed."""
        with self.told(folder):
            prefix = self._normalize_name(folder).rstrip("/") + "/" if folder else ""
            pages = self.connection.meta.client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.bucket_name, Prefix=prefix):
                for entry in page.get("Contents", ()):
                    yield Kept(entry["Key"], entry["LastModified"])


def _version_in(answer: dict[str, Any]) -> tuple[object, ...]:
    return answer["ETag"], answer["LastModified"]


class _Body:
    """The stream of one answer."""

    def __init__(self, storage: S3DocumentStorage, name: str, body: Source):
        self.storage, self.name, self.body = storage, name, body

    def read(self, size: int, /) -> bytes:
        with self.storage.told(self.name):
            return self.body.read(size)

    def close(self) -> None:
        self.body.close()


class _Nothing:
    def read(self, size: int, /) -> bytes:
        return b""

    def close(self) -> None:
        pass
