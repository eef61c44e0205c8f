"""The hook holds what CONTRIBUTING.md says of a commit message."""

import importlib.machinery
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
HOOK = ROOT / ".ci" / "commit-msg"
GOOD = "register: refuse an empty title\n\nA document without one could not be cited.\n"


def faults(message: str) -> list[str]:
    loader = importlib.machinery.SourceFileLoader("commit_msg", str(HOOK))
    spec = importlib.util.spec_from_loader("commit_msg", loader)
    module = importlib.util.module_from_spec(spec)
    # Compiled files do not belong beside the gate.
    sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
    try:
        loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = before
    return module.faults(message)


@pytest.mark.parametrize(
    "message",
    [
        GOOD,
        GOOD + "\n# Please enter the commit message\n",
        GOOD + "\n# ------------------------ >8 ------------------------\ndiff --git a b\n",
        GOOD + "\nSigned-off-by: A Person <a@portal.example>\n",
        "cwg/documents, meetings: " + "x" * 47 + "\n\nWhy.",
        "Merge branch 'main'",
        'Revert "register: refuse an empty title"\n\nThis reverts commit 0123.',
        "fixup! register: refuse an empty title",
    ],
)
def test_a_message_with_area_and_reason_passes(message: str):
    assert faults(message) == []


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        ("register: " + "x" * 63 + "\n\nWhy.", "has 73 characters"),
        ("Refuse an empty title\n\nWhy.", "area: what changed"),
        ("register:\n\nWhy.", "area: what changed"),
        ("register: refuse an empty title.\n\nWhy.", "without a full stop"),
        ("register: refuse an empty title\nWhy.\nMore.", "stays empty"),
        ("register: refuse an empty title", "says why"),
        ("register: refuse an empty title\n\nSigned-off-by: A <a@portal.example>", "says why"),
        ("", "area: what changed"),
    ],
)
def test_another_is_refused_with_a_sentence(message: str, sentence: str):
    assert any(sentence in said for said in faults(message))


def test_the_hook_is_what_pre_commit_calls(tmp_path):
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    [entry] = [hook["entry"] for hook in hooks if hook.get("stages") == ["commit-msg"]]
    message = tmp_path / "message"
    message.write_text(GOOD)
    assert subprocess.run([ROOT / entry, message]).returncode == 0
    message.write_text("mend it")
    refused = subprocess.run([ROOT / entry, message], capture_output=True, text=True)
    assert refused.returncode == 1 and refused.stderr.startswith("commit message: ")
