"""The portal's settings with nothing but session and user in front of the view."""

from cwg.settings import *  # noqa: F403
from cwg.settings import INSTALLED_APPS as ALL_APPS

ROOT_URLCONF = "cwg.bench.floor"
WSGI_APPLICATION = "cwg.wsgi.application"
# allauth insists on a middleware of its own; the floor signs in with Django's backend.
INSTALLED_APPS = [app for app in ALL_APPS if not app.startswith("allauth")]
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
