"""The entrance for web servers: `cwg.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from cwg import connections

connections.this_process_is(connections.Process.WEB)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cwg.settings")
application = get_wsgi_application()
# Load the pages now, not at the first request: the workers share what is loaded before the fork.
_ = get_resolver().url_patterns
