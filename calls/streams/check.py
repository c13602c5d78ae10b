"""Step `check`: the maximum duration of a stream, and what its provider lists; once more after its end.

An open stream's check never settles: what its provider does not answer now is asked again.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from django.conf import settings

from calls.models.media_stream import MediaStream
from calls.models.stream_step import StreamStep
from calls.provider_request import provider_request
from calls.streams.attempts import facts_of, find
from calls.streams.kinds import StreamKind, kind_of
from liveplatform.work.models import AttemptFn
from liveplatform.work.outcomes import Outcome, postpone, skip, succeeded
from providers.base import Adapter
from providers.errors import ProviderError
from providers.streams import OVER_STATUSES, ProviderStream, StreamRef

# How long after it is over a stream is looked at once more: what runs on is stopped again.
LAST_LOOK = 30.0
# Seconds until a stream that its provider did not list is looked for again, before it counts as over.
MISSING_RETRY = 5.0


def attempt(step: StreamStep, adapter: Adapter | ProviderError, *, seconds_left: float) -> AttemptFn:
    """Whether it is at its maximum duration, or over at its provider. `seconds_left`: of that duration."""
    stream = step.stream
    if stream.is_over:
        return provider_request(adapter, partial(_last_look, stream.ref, kind_of(stream)), step.lease_until)
    if seconds_left <= 0 and not stream.stop_requested_at:
        return partial(postpone, settings.STREAM_CHECK_INTERVAL, {"act": "stop"})
    delay = _next_check(stream, seconds_left)
    if stream.status == MediaStream.Status.STARTING:
        return partial(postpone, delay, {})
    if isinstance(adapter, ProviderError):
        return partial(postpone, delay, {"unanswered": str(adapter)})
    was_missing = step.result.get("act") == "missing"
    look = partial(_look, stream.ref, kind_of(stream), step.payload.get("strays", ()), delay, was_missing)
    return provider_request(adapter, look, step.lease_until)


def _next_check(stream: MediaStream, seconds_left: float) -> float:
    """Seconds; a stream that is to be stopped at its maximum duration is checked then."""
    interval = float(settings.STREAM_CHECK_INTERVAL)
    return interval if stream.stop_requested_at else min(interval, max(seconds_left, 0.1))


def _look(
    ref: StreamRef,
    kind: StreamKind,
    strays: Sequence[dict[str, str]],
    delay: float,
    was_missing: bool,
    provider: Any,  # noqa: ANN401 - an adapter
) -> Outcome:
    try:
        for stray in strays:
            kind.stop(provider, StreamRef(ref.parent_id, ref.parent_type, stray["id"], stray["name"]))
        listed = kind.list_all(provider, ref)
    except ProviderError as error:
        return postpone(delay, {"unanswered": str(error)})
    if listed is None:
        return postpone(delay)
    found = find(listed, ref)
    facts = facts_of(found) | {"others": list(_others(listed, found))}
    if _runs(found):
        return postpone(delay, {"act": "seen", **facts})
    if found is None and not was_missing:
        return postpone(min(delay, MISSING_RETRY), {"act": "missing", **facts})
    return postpone(LAST_LOOK, {"act": "gone", **facts})


def _last_look(ref: StreamRef, kind: StreamKind, provider: Any) -> Outcome:  # noqa: ANN401 - an adapter
    listed = kind.list_all(provider, ref)
    if listed is None:
        return skip("Its provider lists no streams.")
    found = find(listed, ref)
    facts = facts_of(found) | {"others": list(_others(listed, found))}
    return succeeded({"act": "stop_again" if _runs(found) else "", **facts})


def _runs(found: ProviderStream | None) -> bool:
    return found is not None and found.status not in OVER_STATUSES


def _others(listed: Sequence[ProviderStream], found: ProviderStream | None) -> Iterator[dict[str, str]]:
    """The streams beside it that run, and have a name that we gave them."""
    for each in listed:
        if each is not found and _runs(each) and each.name:
            yield {"id": each.id, "name": each.name}
