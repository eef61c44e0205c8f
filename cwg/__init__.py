"""The portal of the Group. Loading it loads the Celery application, so that tasks sent by a web process find it.

Before anything else, time zones become those of the release (`tzdata` in uv.lock): a government moves its clocks at short
notice, and a deadline counted on a machine whose system is a year old would be an hour off.
"""

import zoneinfo

zoneinfo.reset_tzpath(to=())
zoneinfo.ZoneInfo.clear_cache()

from .celery import app as celery_app  # noqa: E402 - it loads the settings, which have a time zone

__all__ = ("celery_app",)
