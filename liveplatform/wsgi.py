"""The WSGI entry point of the web process."""

import os

from django.core.wsgi import get_wsgi_application

from liveplatform import startup

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liveplatform.settings")
startup.start()
application = get_wsgi_application()
