"""The outcome of an attempt: succeeded, retry, postpone, fail or skip."""

from dataclasses import dataclass, field
from typing import Any, Final, Literal

# The outcomes after which a row runs again; the values are kept in the logs of rows.
RETRY: Final = "again"
POSTPONE: Final = "later"


@dataclass(frozen=True)
class Outcome:
    """How one attempt ended. Settled: done, failed, skipped. Run again: RETRY, POSTPONE."""

    state: Literal["done", "again", "later", "failed", "skipped"]
    error: str = ""
    result: dict[str, Any] = field(default_factory=dict)
    retry_after: float | None = None  # seconds; None: the queue's own backoff
    detail: dict[str, Any] = field(default_factory=dict)  # kept in the attempt's log entry


def succeeded(result: dict[str, Any] | None = None, **detail: object) -> Outcome:
    """Done; `result` is kept on the row."""
    return Outcome("done", result=result or {}, detail=detail)


def retry(error: str, retry_after: float | None = None, **detail: object) -> Outcome:
    """A temporary failure: run again after a backoff. The last of a row's attempts is failed instead."""
    return Outcome(RETRY, error=error, retry_after=retry_after, detail=detail)


def postpone(seconds: float, result: dict[str, Any] | None = None, **detail: object) -> Outcome:
    """No failure: run again after `seconds`; resets attempts and log."""
    return Outcome(POSTPONE, result=result or {}, retry_after=seconds, detail=detail)


def fail(error: str, **detail: object) -> Outcome:
    """A permanent failure: no attempt would succeed; needs an operator."""
    return Outcome("failed", error=error, detail=detail)


def skip(reason: str, **detail: object) -> Outcome:
    """There was nothing to do."""
    return Outcome("skipped", error=reason, detail=detail)
