"""The portal's own settings in test mode, also for a `pytest` that was started by hand."""

import os
import tempfile

from cwg import connections
from tests import own_servers

os.environ["CWG_MODE"] = "test"
connections.this_process_is(connections.Process.TEST)
if not os.environ.get("DATABASE_URL"):
    own_servers.start()
# Never the files of a portal that is at work; each test has a folder of its own besides (tests/conftest.py).
os.environ.setdefault("CWG_STORAGE_DIR", os.path.join(tempfile.gettempdir(), "cwg-tests-have-no-files-here"))

from cwg.settings import *  # noqa: E402, F403
from cwg.settings import DATABASES  # noqa: E402

# Each test runs as the portal's role (tests/database/base.py).
DATABASES["default"]["ENGINE"] = "tests.database"
DATABASE_ROLE = "cwg_test_portal"
# Each client of a test would first read what files there are; so each is looked for when it is asked for.
WHITENOISE_AUTOREFRESH = True
