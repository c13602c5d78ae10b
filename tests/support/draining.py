"""Draining, claiming and settling in tests, by the model of the rows."""

from typing import Any

from liveplatform.work import drain as draining
from liveplatform.work.drain import Drained
from liveplatform.work.models import Work
from liveplatform.work.queue import Queue, queue_named


def queue_of(model: type[Work]) -> Queue[Any]:
    return queue_named(model.queue)


def drain(model: type[Work], **options: Any) -> Drained:
    """Work through the due rows of this model."""
    return draining.drain(queue_of(model), **options)
