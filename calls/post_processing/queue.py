"""The queue of steps: which module carries out which kind, and what follows their outcomes."""

from collections.abc import Sequence

from calls.adapters import adapters_for
from calls.models.analysis import Transcript
from calls.models.call import Call
from calls.models.step import Step
from calls.post_processing import analyse, clean_up, notify, results, terminate
from calls.queues import call_context, lock_calls
from calls.streams.of_call import streams_of
from liveplatform.db.rows import in_bulk
from liveplatform.work.models import AttemptFn
from liveplatform.work.queue import Queue


def prepare(steps: Sequence[Step]) -> list[AttemptFn]:
    """One attempt per step, in order; calls, connections, streams and transcripts take a query each."""
    calls = in_bulk(Call, {step.call_id for step in steps})
    adapters = adapters_for(id for c in calls.values() for id in (c.connection_id, c.room_connection_id))
    streams = streams_of(
        step.call_id for step in steps if step.kind == Step.Kind.CLEAN_UP and calls[step.call_id].has_streams
    )
    transcripts = in_bulk(Transcript, (step.call_id for step in steps if step.kind == Step.Kind.ANALYSE))

    def attempt(step: Step) -> AttemptFn:
        step.call = call = calls[step.call_id]
        match step.kind:
            case Step.Kind.TERMINATE:
                return terminate.attempt(step, adapters[call.connection_id])
            case Step.Kind.CLEAN_UP:
                return clean_up.attempt(step, adapters[call.room_connection_id], streams.get(call.pk, ()))
            case Step.Kind.ANALYSE:
                return analyse.attempt(transcripts.get(call.pk))
            case _:
                return notify.attempt

    return [attempt(step) for step in steps]


STEPS = Queue(
    model=Step,
    prepare=prepare,
    lock=lock_calls,
    settled=results.settled,
    log_context=lambda step: call_context(step) | {"step": step.kind},
)
