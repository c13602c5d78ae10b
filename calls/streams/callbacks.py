"""Step `callback`: tell a stream's status_callback_url what happened, in Vobiz's form."""

from functools import partial

from calls.models.stream_step import StreamStep
from liveplatform.work.models import AttemptFn
from liveplatform.work.outcomes import skip


def attempt(step: StreamStep) -> AttemptFn:
    return partial(skip, f"No callback is made for {step.slot}.")
