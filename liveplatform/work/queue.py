"""Queue: binds the rows of one Work model to the functions that process them.

A row is data: models import none of these functions. Each process has a module with its Queue objects;
settings.QUEUES lists them by dotted path.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.utils.module_loading import import_string

from liveplatform.work.models import AttemptFn, Work

W = TypeVar("W", bound=Work)


def exponential_backoff(row: Work) -> float:
    """Seconds until the next attempt: doubling from one second to five minutes, with 20 % jitter."""
    return min(2.0 ** max(row.attempts - 1, 0), 300.0) * random.uniform(0.8, 1.2)  # noqa: S311


def _nothing(rows: list[Any]) -> None:
    """The default: no locks, no consequences."""


def _no_context(row: Any) -> dict[str, str]:  # noqa: ANN401
    return {}


@dataclass(frozen=True)
class Queue(Generic[W]):
    """The process behind one kind of Work.

    prepare      one attempt per row, in order. Queries belong here; the attempt itself must not touch the
                 database. A plain callable runs in a thread, a coroutine on the worker's event loop.
    lock         locks what `settled` will change, before the outcomes are written (same transaction)
    settled      consequences of the outcomes, in the transaction that wrote them; postponed rows included
    log_context  ids that find a row's lines in the logs
    backoff      seconds until the next attempt after a failed one
    concurrency  name of the setting that holds how many attempts run at a time in one process
    """

    model: type[W]
    prepare: Callable[[list[W]], list[AttemptFn]]
    lock: Callable[[list[W]], None] = _nothing
    settled: Callable[[list[W]], None] = _nothing
    log_context: Callable[[W], dict[str, str]] = _no_context
    backoff: Callable[[W], float] = exponential_backoff
    concurrency: str = "WORK_CONCURRENCY"

    @property
    def name(self) -> str:
        return self.model.queue

    @property
    def concurrency_limit(self) -> int:
        """How many attempts run at a time in one process."""
        return int(getattr(settings, self.concurrency))

    def __str__(self) -> str:
        return self.name


@cache
def queues() -> dict[str, Queue[Any]]:
    """All queues of settings.QUEUES by name; loaded at the first use, after Django's apps."""
    loaded: list[Queue[Any]] = [import_string(path) for path in settings.QUEUES]
    return {queue.name: queue for queue in loaded}


def queue_named(name: str) -> Queue[Any]:
    """The queue of this name; KeyError if settings.QUEUES has none."""
    return queues()[name]
