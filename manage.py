#!/usr/bin/env python
"""Django's command line. `./dev manage COMMAND` calls it with the right servers at hand."""

import os
import sys

from django.core.management import execute_from_command_line

from cwg.record import log_lines

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cwg.settings")
    log_lines.log_what_nobody_caught()
    execute_from_command_line(sys.argv)
