"""What an attempt at a piece of Work can come to."""

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Outcome:
    """The end of one attempt: settled (done, failed, skipped), or to be tried again."""

    state: Literal["done", "again", "later", "failed", "skipped"]
    error: str = ""
    result: dict[str, Any] = field(default_factory=dict)
    retry_after: float | None = None  # seconds; None: the row's own backoff (of `later`: the pause)
    detail: dict[str, Any] = field(default_factory=dict)  # kept in the attempt's log entry


def succeeded(result: dict[str, Any] | None = None, **detail: object) -> Outcome:
    """It happened; `result` is kept on the row."""
    return Outcome("done", result=result or {}, detail=detail)


def retry(error: str, retry_after: float | None = None, **detail: object) -> Outcome:
    """It may work later. The last of a row's attempts turns this into failed."""
    return Outcome("again", error=error, retry_after=retry_after, detail=detail)


def postpone(seconds: float, result: dict[str, Any] | None = None, **detail: object) -> Outcome:
    """All is well, and it is to be done once more after so many seconds: attempts count from zero again."""
    return Outcome("later", result=result or {}, retry_after=seconds, detail=detail)


def fail(error: str, **detail: object) -> Outcome:
    """It will not work however often it is tried; a person has to look."""
    return Outcome("failed", error=error, detail=detail)


def skip(reason: str, **detail: object) -> Outcome:
    """There was nothing to do."""
    return Outcome("skipped", error=reason, detail=detail)
