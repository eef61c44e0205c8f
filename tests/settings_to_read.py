"""The portal's settings for tools that read the code and run nothing: type checkers, editors, documentation.

They are started without a mode, and the portal without a mode is a production that refuses to start half configured
(`cwg/settings.py`). So the mode is chosen here, where nothing that serves anybody ever looks.
"""

import os

os.environ.setdefault("CWG_MODE", "development")

from cwg.settings import *  # noqa: F403
