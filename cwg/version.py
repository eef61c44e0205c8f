"""Which release of the portal this is. Told to who looks after it, never to visitors (docs/running.md, "Which version runs")."""

import tomllib
from pathlib import Path

# Beside the packages, in a working copy and in the image alike.
_PROJECT = Path(__file__).parents[1] / "pyproject.toml"
VERSION: str = tomllib.loads(_PROJECT.read_text())["project"]["version"]
