"""The queue of stream steps: which module carries out which kind."""

from collections.abc import Sequence

from django.db.models.functions import Now

from calls.adapters import adapters_for
from calls.models.media_stream import MediaStream
from calls.models.stream_step import StreamStep
from calls.streams import attempts, callbacks, check
from calls.streams.transitions import lock_streams, settled
from liveplatform.work.models import AttemptFn
from liveplatform.work.queue import Queue

Kind = StreamStep.Kind
# Seconds for a provider's answer while a client waits: ours comes within four.
REQUEST_TIMEOUT = 3.0


def prepare(steps: Sequence[StreamStep]) -> list[AttemptFn]:
    """One attempt per step, in order; two queries for streams and connections, and two for callbacks."""
    streams = (
        MediaStream.objects.annotate(now=Now())
        .select_related("call")
        .in_bulk({step.stream_id for step in steps})
    )
    is_out_of_turn = any(step.keeps_due_at is not None for step in steps)
    timeout = REQUEST_TIMEOUT if is_out_of_turn else None
    adapters = adapters_for((stream.connection_id for stream in streams.values()), timeout=timeout)

    told = {streams[step.stream_id].account_id for step in steps if step.kind == Kind.CALLBACK}
    senders = callbacks.senders_of(told)

    def attempt(step: StreamStep) -> AttemptFn:
        step.stream = stream = streams[step.stream_id]
        adapter = adapters[stream.connection_id]
        match step.kind:
            case Kind.START:
                return attempts.start(step, adapter)
            case Kind.STOP:
                return attempts.stop(step, adapter)
            case Kind.CHECK:
                seconds_left = (stream.expires_at - stream.now).total_seconds()
                return check.attempt(step, adapter, seconds_left=seconds_left)
            case _:
                return callbacks.attempt(step, senders[stream.account_id])

    return [attempt(step) for step in steps]


STREAM_STEPS = Queue(
    model=StreamStep,
    prepare=prepare,
    lock=lock_streams,
    settled=settled,
    log_context=lambda step: {"stream_id": str(step.stream_id), "step": step.kind},
)
