"""The Celery application. It only wakes workers; the work is rows in PostgreSQL (liveplatform/work)."""

import os

from celery import Celery, signals

from liveplatform import patches, startup

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liveplatform.settings")

patches.apply_kombu()

app = Celery("liveplatform")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect
def _keep_logging(**_: object) -> None:
    """Keep Django's LOGGING: without this handler Celery would replace it."""


@signals.celeryd_init.connect
@signals.beat_init.connect
def _start_servers(**_: object) -> None:
    """In the main process, before it forks."""
    startup.start()
