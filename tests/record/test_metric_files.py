"""The folder in which the web processes count goes with its master, however that ends."""

import os
import subprocess
import sys
import tempfile

from cwg.record import metric_files


def test_what_a_killed_master_left_is_removed_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left = tmp_path / f"cwg-metrics-{ended.pid}-a"
    kept = [
        tmp_path / f"cwg-metrics-{os.getpid()}-a",
        tmp_path / "cwg-metrics-of-somebody",
        tmp_path / "other",
    ]
    for folder in (left, *kept):
        folder.mkdir()
        (folder / "counter_1.db").touch()
    metric_files.remove_those_of_dead_masters()
    assert not left.exists()
    assert all((folder / "counter_1.db").exists() for folder in kept)
