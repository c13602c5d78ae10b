"""The WSGI entry point of the web process."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from liveplatform import embedded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liveplatform.settings")
embedded.ensure(settings.VAR_DIR, **settings.EMBEDDED)
application = get_wsgi_application()
