"""What a stream's steps ask its provider. Built with the stream read; the attempts touch no database.

A start is asked once. Whoever takes up a start that was claimed before searches for the stream instead: the
provider may have started it. Where there is no list, it is stopped by its name.
"""

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from django.conf import settings

from calls.models.media_stream import MediaStream
from calls.models.stream_step import StreamStep
from calls.provider_request import provider_request
from calls.streams.kinds import StreamKind, kind_of
from liveplatform.work.models import AttemptFn
from liveplatform.work.outcomes import Outcome, fail, postpone, retry, skip, succeeded
from providers.base import Adapter
from providers.errors import NotConfigured, ProviderError, Rejected, Unavailable, UnknownOutcome
from providers.streams import ProviderStream, StreamRef

# Seconds until a stream whose start was not answered is looked for again; then it never started.
LOOKS = (1.0, 2.0, 5.0, 15.0, 60.0)
# Seconds until a stop that was accepted is looked at again.
CONFIRM_DELAYS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
# How long after it is over a stream is looked at once more: what runs on is stopped again.
LAST_LOOK = 30.0


def start(step: StreamStep, adapter: Adapter | ProviderError) -> AttemptFn:
    """Ask for the stream; after an answer that was lost, find out what became of it."""
    stream = step.stream
    if step.fencing_token > 1:
        looks = step.result.get("looks", 0)
        return provider_request(
            adapter, partial(_find_started, stream, kind_of(stream), looks), step.lease_until
        )
    if stream.stop_requested_at:
        return partial(fail, "It was stopped before it was started.")
    request = kind_of(stream).starter(stream)
    return provider_request(adapter, partial(_start, stream, request), step.lease_until)


def _start(stream: MediaStream, request: Any, provider: Any) -> Outcome:  # noqa: ANN401 - an adapter
    try:
        return _started(stream, request(provider))
    except UnknownOutcome as error:
        return retry(str(error), LOOKS[0], code="unknown_outcome")
    except Unavailable as error:
        return fail(str(error), code="unavailable")  # it had no effect, and its client is told so
    except (Rejected, NotConfigured) as error:
        return fail(str(error), code="rejected")  # of its credentials too: a start does not wait for new ones


def _find_started(stream: MediaStream, kind: StreamKind, looks: int, provider: Any) -> Outcome:  # noqa: ANN401
    listed = kind.list_all(provider, stream.ref)
    if listed is None:
        kind.stop(provider, stream.ref)
        return fail("The answer to its start was lost, so it was stopped by its name.", code="lost")
    found = find(listed, stream.ref)
    if found is not None:
        return _started(stream, found)
    if looks < len(LOOKS):
        return postpone(LOOKS[looks], {"looks": looks + 1})
    return fail("The answer to its start was lost, and its provider does not know it.", code="lost")


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
        return partial(skip, "It is over.")
    request = partial(_stop, stream.ref, kind_of(stream), step.result.get("looks", 0))
    return provider_request(adapter, request, step.lease_until)


def _stop(ref: StreamRef, kind: StreamKind, looks: int, provider: Any) -> Outcome:  # noqa: ANN401 - an adapter
    """After an accepted stop its provider is asked to stop it again: what is over answers so."""
    found = find(kind.list_all(provider, ref) or (), ref) if looks else None
    if found is not None and found.status in ("stopped", "failed"):
        return succeeded(_facts(found) | {"outcome": "stopped"})
    outcome = kind.stop(provider, ref)
    if outcome == "accepted":
        delay = CONFIRM_DELAYS[min(looks, len(CONFIRM_DELAYS) - 1)]
        return postpone(delay, {"outcome": outcome, "looks": looks + 1})
    was_asked = looks > 0 and outcome == "not_running"
    return succeeded({"outcome": "stopped" if was_asked else outcome})


def check(step: StreamStep, adapter: Adapter | ProviderError, *, is_due_to_end: bool) -> AttemptFn:
    """Whether it is at its maximum duration, or over at its provider; once more after its end."""
    stream = step.stream
    if is_due_to_end and not stream.is_over and not stream.stop_requested_at:
        return partial(postpone, settings.STREAM_CHECK_INTERVAL, {"act": "stop"})
    if stream.status == MediaStream.Status.STARTING:
        return partial(postpone, settings.STREAM_CHECK_INTERVAL, {})
    return provider_request(
        adapter, partial(_check, stream.ref, kind_of(stream), stream.is_over), step.lease_until
    )


def _check(ref: StreamRef, kind: StreamKind, is_over: bool, provider: Any) -> Outcome:  # noqa: ANN401
    listed = kind.list_all(provider, ref)
    if listed is None:
        return skip("Its provider lists no streams.") if is_over else postpone(settings.STREAM_CHECK_INTERVAL)
    found = find(listed, ref)
    is_live = found is not None and found.status in ("starting", "live")
    if is_over:
        return succeeded({"act": "stop_again"} if is_live else {"act": ""})
    if is_live:
        return postpone(settings.STREAM_CHECK_INTERVAL, {"act": "seen", **_facts(found)})
    return postpone(LAST_LOOK, {"act": "gone", **(_facts(found) if found else {})})


def find(listed: Sequence[ProviderStream], ref: StreamRef) -> ProviderStream | None:
    """The stream of this id among these, or of our name if its id is not known."""
    by_id = (each for each in listed if ref.id and each.id == ref.id)
    by_name = (each for each in listed if not ref.id and ref.name and each.name == ref.name)
    return next(by_id, None) or next(by_name, None)


def _facts(found: ProviderStream | None) -> dict[str, Any]:
    """What the provider says of it, without its secrets."""
    if found is None:
        return {}
    return {k: v for k, v in asdict(found).items() if k not in ("stream_key", "ingest_server")}
