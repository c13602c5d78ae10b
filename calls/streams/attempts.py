"""What a stream's steps ask its provider. Built with the stream read; the attempts touch no database.

A start is asked once. Whoever takes up a start that was claimed before searches for the stream instead: the
provider may have started it. Where there is no list, it is stopped by its name.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from typing import Any

from calls.models.media_stream import MediaStream
from calls.models.stream_step import StreamStep
from calls.provider_request import provider_request
from calls.streams.kinds import StreamKind, kind_of
from liveplatform.work.models import AttemptFn
from liveplatform.work.outcomes import Outcome, fail, postpone, retry, skip, succeeded
from providers.base import Adapter
from providers.errors import NotConfigured, ProviderError, Unavailable, UnknownOutcome
from providers.streams import OVER_STATUSES, ProviderStream, StreamRef

# Seconds until a stream whose start was not answered is looked for again; then it never started.
LOOKS = (1.0, 2.0, 5.0, 15.0, 60.0)
# Seconds until a stop that was accepted is looked at again.
CONFIRM_DELAYS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
OVER = "It is over."
# In the log of an attempt: the provider was not asked, or has refused. Other failures may have had an effect.
NO_EFFECT_CODES = frozenset({"not_configured", "unavailable", "refused", "rejected"})


def start(step: StreamStep, adapter: Adapter | ProviderError) -> AttemptFn:
    """Ask for the stream; after an answer that was lost, find out what became of it."""
    stream = step.stream
    if step.fencing_token > 1:
        looks = step.result.get("looks", 0)
        search = partial(_find_started, stream, kind_of(stream), looks)
        return provider_request(adapter, search, step.lease_until)
    if stream.stop_requested_at:
        return partial(_never_started, "It was stopped before it was started.", "stopped")
    if isinstance(adapter, ProviderError):
        code = "not_configured" if isinstance(adapter, NotConfigured) else "unavailable"
        return partial(_never_started, str(adapter), code)
    request = kind_of(stream).starter(stream)
    return provider_request(adapter, partial(_start, stream, request), step.lease_until)


def _start(stream: MediaStream, request: Any, provider: Any) -> Outcome:  # noqa: ANN401 - an adapter
    try:
        return _started(stream, request(provider))
    except UnknownOutcome as error:
        return retry(str(error), LOOKS[0], code="unknown_outcome")
    except Unavailable as error:
        return _never_started(str(error), "unavailable")
    except ProviderError as error:
        return _never_started(str(error), "rejected")


def _never_started(error: str, code: str) -> Outcome:
    """The start failed without an effect; its client is told so."""
    return fail(error, code=code, effect="none")


def _find_started(stream: MediaStream, kind: StreamKind, looks: int, provider: Any) -> Outcome:  # noqa: ANN401
    listed = kind.list_all(provider, stream.ref)
    if listed is None:
        return _stop_by_name(stream, kind, looks, provider)
    found = find(listed, stream.ref)
    if found is not None:
        return _started(stream, found)
    return _look_again(looks, "The answer to its start was lost, and its provider does not know it.")


def _stop_by_name(stream: MediaStream, kind: StreamKind, looks: int, provider: Any) -> Outcome:  # noqa: ANN401
    """Its provider lists no streams. A start that has its effect late is stopped by one of the next looks."""
    lost = "The answer to its start was lost, so it was stopped by its name."
    if kind.stop(provider, stream.ref) == "stopped":
        return fail(lost, code="lost", effect="stopped")
    return _look_again(looks, lost)


def _look_again(looks: int, error: str) -> Outcome:
    if looks < len(LOOKS):
        return postpone(LOOKS[looks], {"looks": looks + 1})
    return fail(error, code="lost", effect="none")


def _started(stream: MediaStream, found: ProviderStream) -> Outcome:
    facts = asdict(found)
    key, url = facts.pop("stream_key"), facts.pop("ingest_server")
    if key or url:
        facts["sealed_secrets"] = stream.seal_secrets({"stream_key": key, "ingest_server": url})
    return succeeded(facts)


def stop(step: StreamStep, adapter: Adapter | ProviderError) -> AttemptFn:
    """Stop it, or look whether a stop that was accepted has had its effect."""
    stream = step.stream
    if stream.is_over and not step.payload.get("again"):
        return partial(skip, OVER)
    looks = step.result.get("looks", 0)
    request = partial(_stop, stream.ref, kind_of(stream), looks, _may_have_stopped(step))
    return provider_request(adapter, request, step.lease_until)


def _may_have_stopped(step: StreamStep) -> bool:
    """Whether an earlier attempt may have stopped it: one that was lost with its worker has left no entry."""
    without_effect = sum(entry.get("code") in NO_EFFECT_CODES for entry in step.log)
    return step.fencing_token > 1 + without_effect


def _stop(ref: StreamRef, kind: StreamKind, looks: int, was_asked: bool, provider: Any) -> Outcome:  # noqa: ANN401
    """What may have been stopped is looked up first. "Not running" then means that it was stopped."""
    found = _look_up(ref, kind, provider) if was_asked else None
    if found is not None and found.status in OVER_STATUSES:
        return succeeded(facts_of(found) | {"outcome": "stopped"})
    outcome = kind.stop(provider, ref)
    if outcome == "accepted":
        delay = CONFIRM_DELAYS[min(looks, len(CONFIRM_DELAYS) - 1)]
        return postpone(delay, {"outcome": outcome, "looks": looks + 1})
    return succeeded({"outcome": "stopped" if was_asked else outcome})


def _look_up(ref: StreamRef, kind: StreamKind, provider: Any) -> ProviderStream | None:  # noqa: ANN401
    """What the provider lists of it; None too if the list fails, which keeps nobody from stopping it."""
    with suppress(ProviderError):
        return find(kind.list_all(provider, ref) or (), ref)
    return None


def find(listed: Sequence[ProviderStream], ref: StreamRef) -> ProviderStream | None:
    """The stream of this id among these, or of our name: its id may not be known, or be another by now."""
    by_id = (each for each in listed if ref.id and each.id == ref.id)
    by_name = (each for each in listed if ref.name and each.name == ref.name)
    return next(by_id, None) or next(by_name, None)


def facts_of(found: ProviderStream | None) -> dict[str, Any]:
    """What the provider says of it, without its secrets."""
    if found is None:
        return {}
    return {k: v for k, v in asdict(found).items() if k not in ("stream_key", "ingest_server")}
