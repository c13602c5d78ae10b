#!/usr/bin/env python
"""Django's command line for Live Platform."""

import os
import sys

from django.conf import settings
from django.core.management import execute_from_command_line

from liveplatform import embedded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liveplatform.settings")

# These bring up servers of their own, or need none: makemigrations would only compare its history.
WITHOUT_SERVERS = {"check", "demo", "makemigrations", "sandbox", "up"}

if __name__ == "__main__":
    if not WITHOUT_SERVERS.intersection(sys.argv[1:2]):
        embedded.ensure(settings.VAR_DIR, **settings.EMBEDDED)
    execute_from_command_line(sys.argv)
