"""The portal's settings with nothing but session and user in front of the view.

allauth does not load without its own middleware, which does next to nothing where nobody signs in.
"""

from cwg.settings import *  # noqa: F403

ROOT_URLCONF = "cwg.bench.floor"
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
