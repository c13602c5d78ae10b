"""Tasks that people trigger by name: each says in one line of the log what it did, or why it could not."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

import structlog
from celery import shared_task

from liveplatform.work.models import Work, kinds

log = structlog.get_logger(__name__)


class BadArgument(ValueError):
    """What was given cannot be worked on; the text tells who triggered the task what to give."""


def named_task(name: str) -> Callable[[Callable[..., str]], Callable[..., str]]:
    """A Celery task of this name, whose sentence is logged with the ids and queues that it was given.

    BadArgument, and arguments that it does not take, are logged as a warning: nothing of ours is broken.
    """

    def register(body: Callable[..., str]) -> Callable[..., str]:
        @shared_task(name=name)
        @wraps(body)
        def run(*args: Any, **kwargs: Any) -> str:  # noqa: ANN401 - whatever was sent
            given: dict[str, Any] = {}
            try:
                given = _given(body, name, args, kwargs)
                said = body(**given)
            except BadArgument as error:
                log.warning("task_refused", task=name, said=str(error), **_telling(given))
                return str(error)
            log.info("task_done", task=name, said=said, **_telling(given))
            return said

        return run

    return register


def id_of(given: object, what: str) -> UUID:
    """The id that was given for such a thing; BadArgument if it is none."""
    try:
        return UUID(str(given)) if str(given).isascii() else UUID("")
    except ValueError as error:
        raise BadArgument(f"{_cut(given)} is no UUID; give the id of a {what}.") from error


def kind_of(queue: object) -> type[Work]:
    """The kind of Work in this queue; BadArgument if there is no such queue."""
    if not isinstance(queue, str) or queue not in kinds():
        raise BadArgument(f"There is no queue {_cut(queue)}; there are {', '.join(sorted(kinds()))}.")
    return kinds()[queue]


def _given(
    body: Callable[..., str], name: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> dict[str, Any]:
    takes = inspect.signature(body)
    try:
        return dict(takes.bind(*args, **kwargs).arguments)
    except TypeError as error:
        raise BadArgument(f"{name} takes ({', '.join(takes.parameters)}): {error}.") from error


def _telling(given: dict[str, Any]) -> dict[str, str]:
    """Ids and queues find the line again; free text may be private."""
    return {key: str(value)[:80] for key, value in given.items() if key.endswith("_id") or key == "queue"}


def _cut(given: object) -> str:
    return repr(given)[:80]
