"""The portal's settings on a storage that hangs while a file stands: for a gunicorn that a test starts."""

from cwg.settings import *  # noqa: F403
from cwg.settings import STORAGES

STORAGES["documents"]["BACKEND"] = "tests.faults.hanging_storage.HangingStorage"
