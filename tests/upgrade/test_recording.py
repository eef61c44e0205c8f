"""What a release leaves to those after it can be made. Not in the gate: `./dev release` does it before it changes anything."""

import pytest

from tests.upgrade.recording import migrations
from tests.upgrade.released import Installation, Release, releases

pytestmark = pytest.mark.long
# Each is kept for good: a clone should stay small.
LARGEST = 500_000


@pytest.fixture(scope="module")
def release() -> Release:
    """Any: what is recorded takes its secrets only."""
    return releases()[-1]


def test_this_release_can_be_recorded(installation: Installation, tmp_path):
    installation.record(tmp_path / "left", statics=tmp_path / "static")
    left = Release(tmp_path / "left")
    assert left.facts["migrations"] == migrations()
    kinds = {address.split("/")[1] for address in left.facts["answers"]}
    assert kinds == {"receipts", "files"}
    assert len(list(left.unpacked(tmp_path / "backup").glob("*/manifest.json"))) == 1
    assert sum(path.stat().st_size for path in left.folder.iterdir() if path.is_file()) < LARGEST
