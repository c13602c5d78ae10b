"""Terminates calls that are live at their provider although they have ended here, or were to end."""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db.models.functions import Now

from calls.models.call import Call
from calls.models.step import Step
from calls.publish import number_event, publish_events
from calls.sql import bulk_write

log = structlog.get_logger(__name__)

# How long after it was given up, and after the first, second … paced try, a hang-up is tried again; the last
# of them stays.
PACE = (
    timedelta(minutes=2.5),  # with the next reconciliation
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
)


def terminate_again(call_id: UUID, *, paced: bool = False) -> bool:
    """Run terminate again for a call that is live at its provider although it ended, or was to end.

    False if terminate is under way, or if with `paced` it is too early: a provider that refuses for good is
    asked ever more rarely, whoever else tries. Publishes call.still_live and logs an error if the call had
    ended here and nothing was said yet: a hang-up that was given up has been reported. Runs in the caller's
    transaction.
    """
    call = Call.objects.select_for_update(of=("self",), no_key=True).get(pk=call_id)
    step = Step.objects.annotate(now=Now()).filter(call=call, kind=Step.Kind.TERMINATE).first()
    if step is None or (paced and _is_early(step, step.now)) or not step.restart():
        return False
    if paced:
        _count_try(step)
    call.provider_state = Call.ProviderState.LIVE
    is_news = call.is_over and not step.given_up_since
    events = [number_event(call, "call.still_live")] if is_news else []
    bulk_write([call], ("provider_state", "event_sequence"))
    publish_events(events)
    if is_news:
        log.error("call_still_live", call_id=str(call.pk), provider=call.provider)
    return True


def _is_early(step: Step, now: datetime) -> bool:
    if step.given_up_since is None:
        return False
    tries = _paced_tries(step)
    since = step.paced_try_at if tries and step.paced_try_at else step.given_up_since
    return now < since + PACE[min(tries, len(PACE) - 1)]


def _count_try(step: Step) -> None:
    tries = _paced_tries(step) + 1 if step.given_up_since else 0
    Step.objects.filter(pk=step.pk).update(paced_tries=tries, paced_try_at=Now())


def _paced_tries(step: Step) -> int:
    """The paced tries since it was given up; those of before it was done last do not count."""
    if step.given_up_since is None or step.paced_try_at is None or step.paced_try_at < step.given_up_since:
        return 0
    return step.paced_tries
