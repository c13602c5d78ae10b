#!/usr/bin/env python
"""Django's command line for Live Platform."""

import os
import sys

from django.conf import settings
from django.core.management import execute_from_command_line

from liveplatform import embedded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liveplatform.settings")

if __name__ == "__main__":
    embedded.ensure(settings.VAR_DIR, **settings.EMBEDDED)
    execute_from_command_line(sys.argv)
