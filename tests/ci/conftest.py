"""What the maintainers' own programs in `.ci/` are made of is found as they find it themselves."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / ".ci"))
