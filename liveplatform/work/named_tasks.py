"""Celery tasks that operators trigger by name: each logs its result, or why it was refused, in one line."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

import structlog
from celery import shared_task

from liveplatform.work.queue import Queue, queues

log = structlog.get_logger(__name__)

MAX_ARGUMENT_LENGTH = 80  # characters of an argument in logs and messages


class InvalidArgument(ValueError):
    """An argument of a task cannot be used; the text says what to pass instead."""


def ops_task(name: str) -> Callable[[Callable[..., str]], Callable[..., str]]:
    """Register a Celery task of this name; the sentence it returns is logged with its ids and queues.

    InvalidArgument, and arguments that do not fit the signature, are logged as warnings, not as crashes.
    """

    def register(body: Callable[..., str]) -> Callable[..., str]:
        @shared_task(name=name)
        @wraps(body)
        def run(*args: Any, **kwargs: Any) -> str:  # noqa: ANN401 - whatever was sent
            bound: dict[str, Any] = {}
            try:
                bound = _bind(body, name, args, kwargs)
                result = body(**bound)
            except InvalidArgument as error:
                log.warning("task_refused", task=name, reason=str(error), **_loggable(bound))
                return str(error)
            log.info("task_done", task=name, result=result, **_loggable(bound))
            return result

        return run

    return register


def parse_id(value: object, what: str) -> UUID:
    """The UUID of a `what`; InvalidArgument if the value is none."""
    try:
        return UUID(str(value)) if str(value).isascii() else UUID("")
    except ValueError as error:
        raise InvalidArgument(f"{_truncate(value)} is no UUID; give the id of a {what}.") from error


def parse_queue(name: object) -> Queue[Any]:
    """The queue of this name; InvalidArgument if there is none."""
    if not isinstance(name, str) or name not in queues():
        names = ", ".join(sorted(queues()))
        raise InvalidArgument(f"There is no queue {_truncate(name)}; there are {names}.")
    return queues()[name]


def _bind(
    body: Callable[..., str], name: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> dict[str, Any]:
    signature = inspect.signature(body)
    try:
        return dict(signature.bind(*args, **kwargs).arguments)
    except TypeError as error:
        raise InvalidArgument(f"{name} takes ({', '.join(signature.parameters)}): {error}.") from error


def _loggable(bound: dict[str, Any]) -> dict[str, str]:
    """Ids and queue names; free text may be private."""
    return {
        key: str(value)[:MAX_ARGUMENT_LENGTH]
        for key, value in bound.items()
        if key.endswith("_id") or key == "queue"
    }


def _truncate(value: object) -> str:
    return repr(value)[:MAX_ARGUMENT_LENGTH]
