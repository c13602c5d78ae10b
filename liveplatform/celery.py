"""The Celery application: a doorbell. What is to be done stands in PostgreSQL (liveplatform/work)."""

import os

from celery import Celery, signals
from django.conf import settings

from liveplatform import embedded, patches

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liveplatform.settings")


patches.apply_kombu()

app = Celery("liveplatform")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect
def _leave_logging_as_it_is(**_: object) -> None:
    """Django's LOGGING holds here too; Celery would set a level of its own over it."""


@signals.celeryd_init.connect
@signals.beat_init.connect
def _have_servers(**_: object) -> None:
    embedded.ensure(settings.VAR_DIR, **settings.EMBEDDED)
