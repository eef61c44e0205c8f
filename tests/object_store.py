"""A real S3 server over HTTP (moto's), in a process of its own: tests kill it, hang it and start it again."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import boto3
from botocore.client import Config

from tests.ports import free_port

BUCKET = "cwg"
KEYS = {"access_key": "portal", "secret_key": "portal-secret"}


class ObjectStore:
    """The server at `url`. What it holds is lost when it is killed."""

    def __init__(self, log: Path, certificate: Path | None = None):
        self.port = free_port()
        self.certificate = certificate
        self.url = f"{'https' if certificate else 'http'}://127.0.0.1:{self.port}"
        self.log = log
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        tls = ["-c", str(self.certificate), "-k", str(self.certificate)] if self.certificate else []
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port), *tls],
                env=os.environ | {"MOTO_S3_DEFAULT_KEY_BUFFER_SIZE": str(1 << 30)},
                stdout=out,
                stderr=out,
            )
        ends = time.monotonic() + 40
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                break
            except OSError:
                assert self.process.poll() is None and time.monotonic() < ends, self.log.read_text()[-2000:]
                time.sleep(0.1)
        self.client().create_bucket(Bucket=BUCKET)

    def kill(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait()

    def hang(self) -> None:
        """It takes connections and answers nothing."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def client(self):
        """A client of the test's own, beside the portal's."""
        return boto3.client(
            "s3",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id=KEYS["access_key"],
            aws_secret_access_key=KEYS["secret_key"],
            verify=str(self.certificate) if self.certificate else None,
            config=Config(retries={"total_max_attempts": 1}),
        )

    @property
    def environment(self) -> dict[str, str]:
        """The settings of a portal that keeps its files here."""
        return {
            "S3_BUCKET": BUCKET,
            "S3_ENDPOINT_URL": self.url,
            "S3_REGION": "us-east-1",
            "S3_ACCESS_KEY": KEYS["access_key"],
            "S3_SECRET_KEY": KEYS["secret_key"],
        }

    @property
    def storage(self) -> dict:
        """The same, as an entry of STORAGES."""
        return {
            "BACKEND": "cwg.documents.s3_storage.S3DocumentStorage",
            "OPTIONS": {
                "bucket_name": BUCKET,
                "endpoint_url": self.url,
                "region_name": "us-east-1",
                "default_acl": None,
                "file_overwrite": True,
                **KEYS,
            },
        }


@contextlib.contextmanager
def running(log: Path, certificate: Path | None = None) -> Iterator[ObjectStore]:
    """A store with an empty bucket, ended when the block is left; with TLS where `certificate` (PEM, its key beside it) is given."""
    store = ObjectStore(log, certificate)
    try:
        store.start()
        yield store
    finally:
        store.kill()
