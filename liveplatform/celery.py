"""The Celery application: a doorbell. What is to be done stands in PostgreSQL (liveplatform/work)."""

import os
from typing import Any

import structlog
from celery import Celery, signals
from django.conf import settings
from kombu.transport import redis

from liveplatform import embedded

log = structlog.get_logger(__name__)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liveplatform.settings")


class _Restoring(redis.QoS):
    """kombu puts messages that nobody answered for back into Redis as it closes a channel. When it closes
    because Redis is away that can fail (an AttributeError in 5.7), and would end the worker. A bell is not
    worth that: the sweep finds the rows."""

    def restore_unacked_once(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - passed on
        try:
            super().restore_unacked_once(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - whatever a lost connection leads to
            log.warning("bells_not_restored", error=type(error).__name__)


redis.Channel.QoS = _Restoring

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
