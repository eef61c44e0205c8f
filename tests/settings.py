"""The portal's own settings in test mode, for `pytest` started by hand; `./dev test` sets the mode itself."""

import os
import tempfile

os.environ["CWG_MODE"] = "test"
if not os.environ.get("DATABASE_URL"):
    raise SystemExit(
        "The tests need a PostgreSQL server: run ./dev test, or set DATABASE_URL to a server on which"
        " databases may be created (postgres://user:password@host:port/name)."
    )
# Never the files of a portal that is at work; each test has a folder of its own besides (tests/conftest.py).
os.environ.setdefault("CWG_STORAGE_DIR", os.path.join(tempfile.gettempdir(), "cwg-tests-have-no-files-here"))

from cwg.settings import *  # noqa: F403
