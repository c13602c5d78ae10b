#!/usr/bin/env python
"""Django's command line for Live Platform."""

import os
import sys

import django
from django.conf import settings
from django.core.management import execute_from_command_line

from liveplatform import embedded, startup

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liveplatform.settings")

# These bring up servers of their own, or need none: makemigrations would only compare its history.
WITHOUT_SERVERS = {"check", "demo", "fork_audio", "makemigrations", "sandbox", "up"}

# These help when something is wrong, or come before there are keys to compare.
WITHOUT_KEYS = WITHOUT_SERVERS | {"dbshell", "help", "migrate", "shell", "showmigrations", "sqlmigrate"}

if __name__ == "__main__":
    command = (sys.argv[1:2] or ["help"])[0]
    with startup.refusal_ends_process():
        if command not in WITHOUT_SERVERS:
            embedded.ensure(settings.VAR_DIR, **settings.EMBEDDED)
        if command not in WITHOUT_KEYS:
            django.setup()
            startup.check_encryption_keys()
        execute_from_command_line(sys.argv)
