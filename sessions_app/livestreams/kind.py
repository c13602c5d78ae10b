"""The StreamKind of livestreams: what a provider is asked for, and what follows when a run changes."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.db.models.functions import Now

from calls.models import MediaStream, StreamStep
from calls.streams.kinds import STILL_LIVE, Change, StreamKind
from providers.errors import NotSupported
from providers.streams import Broadcast, Broadcasts, ProviderStream, RtmpTarget, StopOutcome, StreamRef
from sessions_app.livestreams import publish, webhooks
from sessions_app.models import Livestream, LivestreamSession

Status = Livestream.Status
# The status of a livestream while its run has this one.
STATUS = {
    MediaStream.Status.STARTING: Status.INVOKED,
    MediaStream.Status.LIVE: Status.LIVE,
    MediaStream.Status.STOPPING: Status.LIVE,
    MediaStream.Status.STOPPED: Status.OFFLINE,
    MediaStream.Status.FAILED: Status.ERRORED,
}


def broadcast_of(stream: MediaStream) -> Broadcast:
    """What the provider is asked for, from the stream's parameters and secrets."""
    url = stream.secrets().get("rtmp_url", "")
    return Broadcast(
        name=stream.name,
        targets=(target_of(url),) if url else (),
        width=stream.parameters.get("width"),
        height=stream.parameters.get("height"),
        max_seconds=stream.max_seconds,
    )


def target_of(url: str) -> RtmpTarget:
    """rtmp://host/app/key as a target: the last part of a path of several is the key."""
    scheme, _, rest = url.partition("://")
    host, _, path = rest.partition("/")
    app, slash, key = path.rpartition("/")
    return RtmpTarget(f"{scheme}://{host}/{app}", key) if slash and app else RtmpTarget(url)


def starter(stream: MediaStream) -> Callable[[Any], ProviderStream]:
    broadcast, room_type, room_id = broadcast_of(stream), stream.parent_type, stream.parent_id

    def start(provider: Any) -> ProviderStream:  # noqa: ANN401 - an adapter
        return _broadcasting(provider).start_broadcast(room_type, room_id, broadcast)

    return start


def stop(provider: Any, ref: StreamRef) -> StopOutcome:  # noqa: ANN401 - an adapter
    return _broadcasting(provider).stop_broadcast(ref)


def list_all(provider: Any, ref: StreamRef) -> Sequence[ProviderStream]:  # noqa: ANN401 - an adapter
    return _broadcasting(provider).broadcasts(ref.parent_type, ref.parent_id)


def changed(changes: Sequence[Change]) -> None:
    """Bring the livestreams up to date with these runs, and tell of it; in the transaction of the changes."""
    runs = _runs(change.stream.pk for change in changes)
    told = [(change, runs[change.stream.pk]) for change in changes if change.stream.pk in runs]
    answers = _answers([change for change, _ in told if change.before == MediaStream.Status.STARTING])
    for change, run in sorted(told, key=lambda each: each[1].livestream_id):
        run.stream = change.stream
        if change.before == STILL_LIVE:  # an old run, of a livestream that may run again by now
            continue
        before = run.livestream.status
        _follow(run.livestream, change.stream, answers.get(change.stream.pk, {}))
        if run.livestream.status != before:
            webhooks.tell_status(run.livestream, key=f"{run.pk}:{run.livestream.status}")
    publish.publish_changes(told)


def follow_new(run: LivestreamSession) -> None:
    """The same for a run that was just put on record."""
    _follow(run.livestream, run.stream, {})


def _follow(livestream: Livestream, stream: MediaStream, answer: dict[str, Any]) -> None:
    livestream.status = STATUS[MediaStream.Status(stream.status)]
    livestream.is_active = not stream.is_over
    if stream.status in (MediaStream.Status.LIVE, MediaStream.Status.STOPPING):
        secrets = stream.secrets()
        livestream.stream_key = secrets.get("stream_key") or livestream.stream_key
        livestream.ingest_server = secrets.get("ingest_server") or livestream.ingest_server
        livestream.playback_url = answer.get("playback_url") or livestream.playback_url
    livestream.updated_at = Now()
    livestream.save()
    livestream.refresh_from_db(fields=["updated_at"])


def _runs(ids: Any) -> dict[UUID, LivestreamSession]:  # noqa: ANN401 - ids
    rows = LivestreamSession.objects.select_related("livestream__meeting__session", "livestream__account")
    return rows.in_bulk(list(ids))


def _answers(changes: Sequence[Change]) -> dict[UUID, dict[str, Any]]:
    """What the providers answered to the starts of these runs."""
    steps = StreamStep.objects.filter(
        stream__in=[change.stream.pk for change in changes], kind=StreamStep.Kind.START
    )
    return dict(steps.values_list("stream_id", "result")) if changes else {}


def _broadcasting(provider: Any) -> Broadcasts:  # noqa: ANN401 - an adapter
    if not isinstance(provider, Broadcasts):
        raise NotSupported(f"{provider.provider} broadcasts no rooms.")
    return provider


LIVESTREAM = StreamKind(
    name=MediaStream.Kind.LIVESTREAM, starter=starter, stop=stop, list_all=list_all, changed=changed
)
