"""Tasks that people trigger by name: each says in one line of the log what it did, or why it could not."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

import structlog
from celery import shared_task

from liveplatform.work.queue import Queue, queues

log = structlog.get_logger(__name__)


class InvalidArgument(ValueError):
    """What was given cannot be worked on; the text tells who triggered the task what to give."""


def ops_task(name: str) -> Callable[[Callable[..., str]], Callable[..., str]]:
    """A Celery task of this name, whose sentence is logged with the ids and queues that it was given.

    BadArgument, and arguments that it does not take, are logged as a warning: nothing of ours is broken.
    """

    def register(body: Callable[..., str]) -> Callable[..., str]:
        @shared_task(name=name)
        @wraps(body)
        def run(*args: Any, **kwargs: Any) -> str:  # noqa: ANN401 - whatever was sent
            given: dict[str, Any] = {}
            try:
                given = _bind(body, name, args, kwargs)
                said = body(**given)
            except InvalidArgument as error:
                log.warning("task_refused", task=name, said=str(error), **_loggable(given))
                return str(error)
            log.info("task_done", task=name, said=said, **_loggable(given))
            return said

        return run

    return register


def parse_id(given: object, what: str) -> UUID:
    """The id that was given for such a thing; BadArgument if it is none."""
    try:
        return UUID(str(given)) if str(given).isascii() else UUID("")
    except ValueError as error:
        raise InvalidArgument(f"{_truncate(given)} is no UUID; give the id of a {what}.") from error


def parse_queue(name: object) -> Queue[Any]:
    """The queue of this name; BadArgument if there is none."""
    if not isinstance(name, str) or name not in queues():
        raise InvalidArgument(
            f"There is no queue {_truncate(name)}; there are {', '.join(sorted(queues()))}."
        )
    return queues()[name]


def _bind(
    body: Callable[..., str], name: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> dict[str, Any]:
    takes = inspect.signature(body)
    try:
        return dict(takes.bind(*args, **kwargs).arguments)
    except TypeError as error:
        raise InvalidArgument(f"{name} takes ({', '.join(takes.parameters)}): {error}.") from error


def _loggable(given: dict[str, Any]) -> dict[str, str]:
    """Ids and queues find the line again; free text may be private."""
    return {key: str(value)[:80] for key, value in given.items() if key.endswith("_id") or key == "queue"}


def _truncate(given: object) -> str:
    return repr(given)[:80]
