"""The queue of steps: terminate, clean_up, analyse, notify."""

from calls.models.step import Step
from calls.post_processing import jobs, results
from calls.queues import call_context, lock_calls
from liveplatform.work.queue import Queue

STEPS = Queue(
    model=Step,
    prepare=jobs.prepare,
    lock=lock_calls,
    settled=results.settled,
    log_context=lambda step: call_context(step) | {"step": step.kind},
)
