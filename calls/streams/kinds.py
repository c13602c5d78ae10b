"""StreamKind: what differs between the kinds of streams; settings.STREAM_KINDS lists them by dotted path."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from calls.models.media_stream import MediaStream
from providers.streams import ProviderStream, StopOutcome, StreamRef

# The `before` of a change: the stream is over here, and was found running at its provider.
STILL_LIVE = "still_live"


@dataclass(frozen=True)
class Change:
    """A stream, locked and saved, and its status before."""

    stream: MediaStream
    before: str  # a MediaStream.Status; empty: it was just put on record; or STILL_LIVE

    @property
    def status(self) -> str:
        return self.stream.status


@dataclass(frozen=True)
class StreamKind:
    """How a provider is asked about streams of one kind, and what follows when one changes.

    starter    reads what the start needs (queries belong here); the function it returns asks the adapter
    stop       stops one stream; idempotent
    list_all   all streams of the call or room; None if the provider cannot list them
    changed    publishes, in the transaction of the changes
    """

    name: str  # a MediaStream.Kind
    starter: Callable[[MediaStream], Callable[[Any], ProviderStream]]
    stop: Callable[[Any, StreamRef], StopOutcome]
    list_all: Callable[[Any, StreamRef], Sequence[ProviderStream] | None]
    changed: Callable[[Sequence[Change]], None]


@cache
def stream_kinds() -> dict[str, StreamKind]:
    """All registered kinds by name."""
    loaded: list[StreamKind] = [import_string(path) for path in settings.STREAM_KINDS]
    return {kind.name: kind for kind in loaded}


def kind_of(stream: MediaStream) -> StreamKind:
    return stream_kinds()[stream.kind]


def report(changes: Sequence[Change]) -> None:
    """Tell each kind what has changed of its streams; in the transaction of the changes."""
    for kind in stream_kinds().values():
        if own := [change for change in changes if change.stream.kind == kind.name]:
            kind.changed(own)
