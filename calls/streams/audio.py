"""Audio streams: a phone call's audio, forked to a WebSocket of the customer."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from calls.models.media_stream import MediaStream
from calls.streams import callbacks
from calls.streams.kinds import Change, StreamKind
from calls.streams.publish import publish_changes
from providers.errors import NotSupported
from providers.streams import AudioFork, ForksAudio, ListsForks, ProviderStream, StopOutcome, StreamRef


def service_url_of(stream: MediaStream) -> str:
    """The WebSocket that the audio goes to. Its query is a secret: it is sealed, and not in `parameters`."""
    return str(stream.secrets().get("service_url") or stream.parameters.get("service_url", ""))


def fork_of(stream: MediaStream) -> AudioFork:
    """What the provider is asked for, from the stream's parameters and secrets."""
    stored: Mapping[str, Any] = stream.parameters | stream.secrets()
    return AudioFork(
        name=stream.name,
        service_url=stored["service_url"],
        track=stored.get("track", "both"),
        bidirectional=stored.get("bidirectional", False),
        encoding=stored.get("encoding", "x-l16"),
        sample_rate=stored.get("sample_rate", 8000),
        max_seconds=stream.max_seconds,
        status_callback=callback_url(stream),
        parameters=stored.get("parameters", {}),
    )


def callback_url(stream: MediaStream) -> str:
    """Our URL for the provider's callbacks about this stream."""
    base = stream.connection.events_url if stream.connection else ""
    return f"{base}?stream={stream.pk}" if base else ""


def starter(stream: MediaStream) -> Callable[[Any], ProviderStream]:
    fork, call_id = fork_of(stream), stream.parent_id

    def start(provider: Any) -> ProviderStream:  # noqa: ANN401 - an adapter
        return _forking(provider).start_fork(call_id, fork)

    return start


def stop(provider: Any, ref: StreamRef) -> StopOutcome:  # noqa: ANN401 - an adapter
    return _forking(provider).stop_fork(ref)


def list_all(provider: Any, ref: StreamRef) -> Sequence[ProviderStream] | None:  # noqa: ANN401 - an adapter
    return provider.forks(ref.parent_id) if isinstance(provider, ListsForks) else None


def changed(changes: Sequence[Change]) -> None:
    """Publish what has happened to these streams, and tell their status_callback_url."""
    publish_changes(changes)
    callbacks.tell_changes(changes)


def _forking(provider: Any) -> ForksAudio:  # noqa: ANN401 - an adapter
    if not isinstance(provider, ForksAudio):
        raise NotSupported(f"{provider.provider} forks no audio.")
    return provider


AUDIO = StreamKind(
    name=MediaStream.Kind.AUDIO, starter=starter, stop=stop, list_all=list_all, changed=changed
)
