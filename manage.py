#!/usr/bin/env python
"""Django's command line. `./dev manage COMMAND` calls it with the right servers at hand."""

import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from cwg import connections
from cwg.record import log_lines

# Commands that do what another kind of process does.
AS = {"runserver": connections.Process.WEB, "sweep": connections.Process.WORKER}

if __name__ == "__main__":
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    connections.this_process_is(AS.get(command, connections.Process.COMMAND))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cwg.settings")
    log_lines.log_what_nobody_caught()
    try:
        settings.INSTALLED_APPS  # noqa: B018  # reads them all
    except ImproperlyConfigured as error:
        sys.exit(str(error))  # what is missing is a sentence; where it was found out helps nobody
    execute_from_command_line(sys.argv)
