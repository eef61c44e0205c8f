"""The portal's settings with nothing but session and user in front of the view."""

from cwg.settings import *  # noqa: F403

ROOT_URLCONF = "cwg.bench.floor"
WSGI_APPLICATION = "cwg.wsgi.application"
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
