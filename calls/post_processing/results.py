"""The consequences of settled steps, in the transaction that wrote their outcomes.

The calls are locked by then, in the order of their ids (lock_calls), and the number of statements does not
depend on the number of steps.
"""

from collections.abc import Sequence

from calls.models.answer import ANSWER_FIELDS
from calls.models.call import Call
from calls.models.step import Step
from calls.post_processing import analyse, notify, terminate
from calls.sql import bulk_write, release_notify
from liveplatform.db.rows import in_bulk
from liveplatform.webhooks.publish import publish_many

# What the steps set on their calls.
WRITTEN_FIELDS = (
    *ANSWER_FIELDS,
    "provider_call_id",
    "provider_state",
    "provider_status",
    "provider_ended_at",
    "provider_confirmed_at",
    "duration",
    "cost",
    "price_unit",
    "sentiment",
    "latency",
    "event_sequence",
)


def settled(steps: Sequence[Step]) -> None:
    """Update the calls, save the analyses, publish the events, and release notify."""
    final = [step for step in steps if step.is_settled]
    if not final:
        return
    calls = in_bulk(Call, {step.call_id for step in final})
    for step in final:
        step.call = calls[step.call_id]
        if step.kind == Step.Kind.TERMINATE:
            terminate.apply(step)
    analyses = analyse.save(final)
    messages = [*terminate.events(final), *notify.events(final, analyses)]
    bulk_write(calls.values(), WRITTEN_FIELDS)
    publish_many(messages)
    release_notify({step.call_id for step in final if step.kind != Step.Kind.NOTIFY})
