#!/usr/bin/env python
"""Django's command line. `./dev manage COMMAND` calls it with the right servers at hand."""

import os
import sys

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
    execute_from_command_line(sys.argv)
