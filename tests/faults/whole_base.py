"""What `pg_verifybackup --no-parse-wal` does for a base backup as tar: each file of the manifest is there, whole.

It stands for the program of PostgreSQL's image: the one of the embedded server cannot be started.
"""

import hashlib
import json
import sys
import tarfile
from pathlib import Path


def faults(base: Path) -> list[str]:
    manifest = json.loads((base / "backup_manifest").read_text())
    # Of the sums only those that `make-base` asks for; others (CRC-32C) are left to the program itself.
    expected = {
        file["Path"]: file["Checksum"] if file["Checksum-Algorithm"] == "SHA256" else None
        for file in manifest["Files"]
    }
    unexpected = {path.name for path in base.iterdir()} - {"backup_manifest", "base.tar.gz", "pg_wal.tar.gz"}
    found = [f"{name} is not expected" for name in sorted(unexpected)]
    try:
        with tarfile.open(base / "base.tar.gz", "r|gz") as archive:
            for member in archive:
                checksum = expected.pop(member.name, None) if member.isfile() else None
                content = archive.extractfile(member)
                if checksum and content and hashlib.sha256(content.read()).hexdigest() != checksum:
                    found.append(f"{member.name} is altered")
    except (tarfile.TarError, EOFError, OSError) as error:
        found.append(str(error))
    return found + [f"{name} is missing" for name in expected]


if __name__ == "__main__":
    assert {"--no-parse-wal", "--quiet"} == set(sys.argv[1:-1])
    sys.exit("\n".join(faults(Path(sys.argv[-1]))) or 0)
