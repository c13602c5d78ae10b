"""What a Watch does when it is due: end the call, ask its provider, or find that it is over."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Now

from calls import activity
from calls.adapters import adapters_for
from calls.models.call import Call
from calls.models.end_code import EndCode
from calls.models.monitor import CallMonitor
from calls.monitoring import probe
from calls.monitoring.deadlines import EARLY_JOIN, EXPIRES_AFTER, limit_starts_at
from calls.monitoring.lost_calls import search_for
from calls.monitoring.schedule import DEADLINE, LIMIT
from calls.recordings.schedule import sync_rooms
from calls.sql import end_if_live
from liveplatform.db.prepared import execute_prepared
from liveplatform.work.models import AttemptFn
from liveplatform.work.outcomes import Outcome, postpone, skip
from providers.errors import ProviderError

log = structlog.get_logger(__name__)

# Limits and graces that were set while the provider was asked count too. A grace that is over while the
# provider does not answer has its pause like any other question.
APPLY_DEADLINES = f"""
UPDATE calls_callmonitor w SET due_at = least(w.due_at, CASE WHEN {DEADLINE} > now() OR {LIMIT} <= now()
                                                       THEN {DEADLINE} END)
FROM calls_call c WHERE c.id = w.call_id AND w.id = ANY(%(ids)s::uuid[]) AND w.state = 'pending'
"""  # noqa: S608 - composed of constants

# An end by somebody else that the provider told of is noted as it was told; `now()` is the proof's time.
CONFIRM_END = """
UPDATE calls_call SET provider_seen_at = now(), provider_state = 'ended',
    provider_confirmed_at = coalesce(provider_confirmed_at, now()),
    provider_status = left(%(status)s, 40), provider_ended_at = %(ended_at)s::timestamptz,
    duration = coalesce(%(duration)s::int, duration), cost = coalesce(%(cost)s::numeric, cost),
    price_unit = coalesce(nullif(%(price_unit)s, ''), price_unit)
WHERE id = %(call)s
"""


def prepare(watches: Sequence[CallMonitor]) -> list[AttemptFn]:
    """One job per watch; the time is the database's."""
    calls = Call.objects.annotate(now=Now()).in_bulk([watch.call_id for watch in watches])
    providers = adapters_for(id for c in calls.values() for id in (c.connection_id, c.room_connection_id))
    return [_job(watch, calls[watch.call_id], providers) for watch in watches]


def _job(watch: CallMonitor, call: Call, providers: Any) -> AttemptFn:  # noqa: ANN401 - by connection id
    verdict = _without_asking(call)
    if verdict is not None:
        return partial(_constant, verdict)
    provider, rooms = providers[call.connection_id], providers[call.room_connection_id]
    if not call.provider_call_id and not call.is_submission_unknown:
        return partial(_constant, postpone(settings.CALL_STALE_AFTER, {"seen": ""}))
    if isinstance(provider, ProviderError):
        return partial(_constant, probe.empty_too_long(call) or probe.no_answer(str(provider)))
    search = search_for(call, watch.result.get("looked", 0)) if call.is_submission_unknown else None
    own_room = None if isinstance(rooms, ProviderError) or not call.room_id else rooms
    return partial(probe.probe, call, provider, own_room, search)


def _constant(outcome: Outcome) -> Outcome:
    return outcome


def _without_asking(call: Call) -> Outcome | None:
    """What needs no asking: it is over, past its limit, or forgotten."""
    now = call.now  # type: ignore[attr-defined] # annotated
    if call.is_over:
        return skip("The call is over.")
    since = limit_starts_at(call)
    if call.time_limit and since and now >= since + timedelta(seconds=call.time_limit):
        return probe.should_end(EndCode.TIME_LIMIT, f"The time limit of {call.time_limit} s was reached.")
    if _is_stale(call, now):
        return probe.stale()
    return None


def _is_stale(call: Call, now: Any) -> bool:  # noqa: ANN401 - a datetime
    """No provider has it, or it never started, and a day has passed."""
    since = max(filter(None, (call.created_at, call.scheduled_at, call.provider_seen_at)))
    waits = call.status == Call.Status.SCHEDULED or not call.provider_call_id
    return waits and not call.is_submission_unknown and bool(now >= since + EXPIRES_AFTER)


def settled(watches: Sequence[CallMonitor]) -> None:
    """Write down what the looks mean; in the transaction that wrote their outcomes, calls locked."""
    for watch in watches:
        if watch.state == "done":
            _end(watch)
        elif "found" in watch.result:
            _adopt_leg(watch)
        elif "seen" in watch.result:
            _record_live(watch)
    _delete_finished(watch for watch in watches if watch.is_settled)
    ids = [watch.pk for watch in watches if not watch.is_settled]
    if ids:
        execute_prepared(APPLY_DEADLINES, {"ids": ids, "grace": float(settings.EMPTY_ROOM_GRACE)})


def _end(watch: CallMonitor) -> None:
    found = watch.result
    call = Call.objects.get(pk=watch.call_id)
    by = {"time_limit": "time limit"}.get(found["code"], "watch")
    by = f"provider:{call.provider}" if found["said"] and call.provider else by
    if found.get("never_made"):
        Call.objects.filter(pk=call.pk, provider_call_id="").update(provider_status="failed")
        activity.record(call.pk, by, activity.NEVER_MADE, found["reason"])
    won = end_if_live(call.pk, call.account_id, found["reason"], found["code"], by)
    if found["said"]:
        said = {"ended_at": None, "duration": None, "cost": None, "price_unit": ""} | found["said"]
        execute_prepared(CONFIRM_END, {"call": call.pk, **said})
    if won:
        log.info("call_ended", call_id=str(call.pk), end_code=found["code"], by=by)


def _adopt_leg(watch: CallMonitor) -> None:
    """The leg that was lost is found; an end that came meanwhile goes on to hang it up."""
    said = watch.result["said"]
    call = Call.objects.get(pk=watch.call_id)
    if call.provider_call_id:
        return
    call.provider_call_id, call.provider_status = watch.result["found"], said["status"][:40]
    call.provider_state = Call.ProviderState.LIVE
    if not call.is_over:
        call.status = Call.Status.LIVE
        call.started_at = call.started_at or said["started_at"] or call.created_at
    call.save(update_fields=["provider_call_id", "provider_status", "provider_state", "status", "started_at"])
    activity.record(call.pk, "watch", activity.LOST_CALL_FOUND, call.provider_call_id)
    log.warning("lost_call_found", call_id=str(call.pk))


def _record_live(watch: CallMonitor) -> None:
    found = watch.result
    calls = Call.objects.filter(pk=watch.call_id, ended_at__isnull=True)
    if not found["seen"]:
        return
    if found.get("occupied"):
        # Who left after the provider was asked has left all the same.
        calls.filter(empty_since__lt=found["occupied"]).update(empty_since=None)
    if found.get("occupied") and found["seen"] == "live":
        _go_live(calls)
    facts: dict[str, Any] = {"provider_seen_at": Now(), "provider_state": Call.ProviderState.LIVE}
    if found.get("empty_since"):
        calls.filter(empty_since__isnull=True, started_at__isnull=False).update(
            empty_since=found["empty_since"]
        )
    calls.update(**facts)


def _go_live(calls: QuerySet[Call]) -> None:
    """Somebody is in the room, and it is time: a scheduled call is live, also if no event told of them."""
    waiting = calls.filter(status=Call.Status.SCHEDULED, end_requested_at=None)
    waiting.filter(scheduled_at__lte=Now() + EARLY_JOIN).update(
        status=Call.Status.LIVE, started_at=Now(), empty_since=None, updated_at=Now()
    )


def _delete_finished(watches: Iterable[CallMonitor]) -> None:
    """A watch over a call that is over has nothing left to tell; what was recorded is looked for next."""
    rows = list(watches)
    if rows:
        sync_rooms(row.call_id for row in rows if row.state != "failed")
        type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows]).exclude(
            state="failed"
        ).delete()
