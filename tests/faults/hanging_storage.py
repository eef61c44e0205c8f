"""A file storage of which a test says when it hangs: as a network file system does whose server is away."""

import os
import time
from pathlib import Path
from typing import Any

from cwg.documents.storage import DurableFileSystemStorage

# The environment names the file that stands for as long as nothing is written of the chains' copies.
VARIABLE = "STORAGE_HANGS_WHILE"


class HangingStorage(DurableFileSystemStorage):
    def _save(self, name: str, content: Any) -> str:
        hangs = Path(os.environ[VARIABLE])
        while name.startswith("journal/") and hangs.exists():
            time.sleep(0.02)
        return super()._save(name, content)
