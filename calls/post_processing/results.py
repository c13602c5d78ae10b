"""The consequences of settled steps, in the transaction that wrote their outcomes.

The calls are locked by then, in the order of their ids (lock_calls), and the number of statements does not
depend on the number of steps.
"""

from collections.abc import Sequence

from calls.models.analysis import Analysis
from calls.models.call import Call
from calls.models.step import Step
from calls.post_processing import analyse, clean_up, notify, terminate
from calls.prices.schedule import schedule_price_checks
from calls.publish import publish_events
from calls.sql import bulk_write, release_notify
from liveplatform.db.rows import in_bulk

# What the steps set on their calls.
WRITTEN_FIELDS = (*terminate.CONFIRMED_FIELDS, "sentiment", "latency", "event_sequence")


def settled(steps: Sequence[Step]) -> None:
    """Stop streams, update the calls, save the analyses, publish the events, and release notify."""
    clean_up.stop_streams(steps)
    final = [step for step in steps if step.is_settled]
    if not final:
        return
    calls = in_bulk(Call, {step.call_id for step in final})
    for step in final:
        step.call = calls[step.call_id]
        if step.kind == Step.Kind.TERMINATE:
            terminate.apply(step)
    analyses = analyse.results(final)
    given_up = terminate.events(final)
    events = notify.events(final, [analysis.call_id for analysis in analyses])
    bulk_write(calls.values(), WRITTEN_FIELDS)
    Analysis.objects.bulk_create(analyses)
    notify.complete(events)
    publish_events([*given_up, *events])
    schedule_price_checks(step.call for step in final if step.kind == Step.Kind.TERMINATE)
    release_notify({step.call_id for step in final if step.kind != Step.Kind.NOTIFY})
