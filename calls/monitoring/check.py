"""Runs a CallMonitor that is due: end the call, check it at its provider, or stop because it has ended."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models.functions import Now

from calls import activity
from calls.adapters import adapters_for
from calls.models.answer import ANSWER_FIELDS
from calls.models.call import Call
from calls.models.end_code import VOICEMAIL_ACTOR, VOICEMAIL_REASON, EndCode
from calls.models.monitor import CallMonitor
from calls.monitoring import probe
from calls.monitoring.deadlines import EXPIRES_AFTER, deadline, limit_ends_at, may_go_live
from calls.monitoring.lost_calls import search_for
from calls.prices.schedule import schedule_price_checks
from calls.publish import CallState, publish_life
from calls.recordings.schedule import sync_rooms
from calls.sql import end_if_live
from liveplatform.work.models import AttemptFn
from liveplatform.work.outcomes import Outcome, postpone, skip
from providers.base import Adapter
from providers.errors import ProviderError

log = structlog.get_logger(__name__)

# Shown as `ended_by` of calls that a monitor ended.
ACTOR = "watch"
ACTORS = {EndCode.TIME_LIMIT: "time limit"}


def prepare(monitors: Sequence[CallMonitor]) -> list[AttemptFn]:
    """One attempt per monitor; the time is the database's."""
    calls = Call.objects.annotate(now=Now()).in_bulk([monitor.call_id for monitor in monitors])
    providers = adapters_for(id for c in calls.values() for id in (c.connection_id, c.room_connection_id))
    found = ((monitor, calls[monitor.call_id]) for monitor in monitors)
    return [_attempt(monitor, call, call.now, providers) for monitor, call in found]


def _attempt(
    monitor: CallMonitor, call: Call, now: datetime, providers: Mapping[UUID | None, Adapter | ProviderError]
) -> AttemptFn:
    outcome = _without_asking(call, now)
    if outcome is not None:
        return partial(_constant, outcome)
    provider, rooms = providers[call.connection_id], providers[call.room_connection_id]
    if not call.provider_call_id and not call.is_submission_unknown:
        return partial(_constant, postpone(settings.CALL_STALE_AFTER, {"status": ""}))
    if isinstance(provider, ProviderError):
        return partial(_constant, probe.empty_too_long(call, now) or probe.no_answer(str(provider)))
    search = search_for(call, monitor.result.get("searches", 0)) if call.is_submission_unknown else None
    helper_room = None if isinstance(rooms, ProviderError) or not call.room_id else rooms
    return partial(probe.probe, call, now, provider, helper_room, search)


def _constant(outcome: Outcome) -> Outcome:
    return outcome


def _without_asking(call: Call, now: datetime) -> Outcome | None:
    """The outcome if the provider need not be asked: the call has ended, is past its limit, or is stale."""
    if call.is_over:
        return skip("The call is over.")
    limit = limit_ends_at(call)
    if limit and now >= limit:
        return probe.should_end(EndCode.TIME_LIMIT, f"The time limit of {call.time_limit} s was reached.")
    return probe.stale() if _is_stale(call, now) else None


def _is_stale(call: Call, now: datetime) -> bool:
    """No provider has it, or it never started, for EXPIRES_AFTER."""
    since = max(filter(None, (call.created_at, call.scheduled_at, call.provider_seen_at)))
    is_waiting = call.status == Call.Status.SCHEDULED or not call.provider_call_id
    return is_waiting and not call.is_submission_unknown and now >= since + EXPIRES_AFTER


def settled(monitors: Sequence[CallMonitor]) -> None:
    """Apply the outcomes to the calls; in the transaction that wrote the outcomes, calls locked."""
    calls = Call.objects.in_bulk([monitor.call_id for monitor in monitors])
    for monitor in monitors:
        call, result = calls[monitor.call_id], monitor.result
        if monitor.state == CallMonitor.State.DONE:
            _end(call, result, monitor.updated_at)
        elif "found" in result:
            _adopt_leg(call, result["found"], result["facts"])
        elif result.get("status"):
            _record_live(call, result, monitor.updated_at)
    _delete_finished([monitor for monitor in monitors if monitor.is_settled], calls)
    _apply_deadlines((monitor for monitor in monitors if not monitor.is_settled), calls)


def _end(call: Call, result: Mapping[str, Any], now: datetime) -> None:
    facts, code = result["facts"], result["code"]
    actor = f"provider:{call.provider}" if facts and call.provider else ACTORS.get(code, ACTOR)
    if result.get("never_made"):
        _record_never_made(call, actor, result["reason"])
    if facts:
        _confirm_end(call, facts, now)  # before the end, whose event has it
    ended = end_if_live(call.pk, call.account_id, result["reason"], code, actor)
    schedule_price_checks([call])
    if ended:
        log.info("call_ended", call_id=str(call.pk), end_code=code, by=actor)


def _record_never_made(call: Call, actor: str, reason: str) -> None:
    if not call.provider_call_id:
        call.provider_status = "failed"
        call.save(update_fields=["provider_status"])
    activity.record(call.pk, actor, activity.NEVER_MADE, reason)


def _confirm_end(call: Call, facts: Mapping[str, Any], now: datetime) -> None:
    """Record the provider's facts about the end, also if the call was ended here before."""
    confirmed_at = call.provider_confirmed_at or now
    status, ended_at, before = facts["status"], _parse(facts.get("ended_at")), CallState.of(call)
    call.set_answer(facts)
    call.confirm_end(status, ended_at, facts.get("duration"), at=confirmed_at)
    call.set_cost(facts.get("cost") or "", facts.get("price_unit") or "")
    call.provider_seen_at = now
    call.save(
        update_fields=[
            *ANSWER_FIELDS,
            "provider_state",
            "provider_status",
            "provider_seen_at",
            "provider_confirmed_at",
            "provider_ended_at",
            "duration",
            "cost",
            "price_unit",
        ]
    )
    publish_life(call, before)


def _adopt_leg(call: Call, leg_id: str, facts: Mapping[str, Any]) -> None:
    """Record the leg of a lost call; if the call has ended meanwhile, its terminate step ends the leg."""
    if call.provider_call_id:
        return
    call.provider_call_id, call.provider_status = leg_id, facts["status"][:40]
    call.provider_state = Call.ProviderState.LIVE
    before = CallState.of(call)
    call.set_answer(facts)
    if not call.is_over:
        call.status = Call.Status.LIVE
    call.save(
        update_fields=[*ANSWER_FIELDS, "provider_call_id", "provider_status", "provider_state", "status"]
    )
    publish_life(call, before)
    activity.record(call.pk, ACTOR, activity.LOST_CALL_FOUND, call.provider_call_id)
    log.warning("lost_call_found", call_id=str(call.pk))


def _record_live(call: Call, result: Mapping[str, Any], now: datetime) -> None:
    if call.is_over:
        return
    before = CallState.of(call)
    occupied_at, empty_since = _parse(result.get("occupied_at")), _parse(result.get("empty_since"))
    # A participant who left after the provider was asked has left.
    if occupied_at and call.empty_since and call.empty_since < occupied_at:
        call.empty_since = None
    if occupied_at:
        call.joined_at = call.joined_at or occupied_at
    if occupied_at and result["status"] == "live":
        _go_live(call, now)
    if empty_since and call.started_at:
        call.empty_since = call.empty_since or empty_since
    if "answer" in result:
        _record_leg(call, result, now)
    call.provider_seen_at, call.provider_state = now, Call.ProviderState.LIVE
    call.save(
        update_fields=[
            *ANSWER_FIELDS,
            "status",
            "joined_at",
            "empty_since",
            "provider_seen_at",
            "provider_state",
            "provider_status",
        ]
    )
    publish_life(call, before)
    if call.is_to_be_hung_up and not before.is_over:
        end_if_live(call.pk, call.account_id, VOICEMAIL_REASON, EndCode.VOICEMAIL, VOICEMAIL_ACTOR)


def _record_leg(call: Call, result: Mapping[str, Any], now: datetime) -> None:
    """The leg's status and answer, of which no event may have come."""
    call.provider_status = result["status"][:40]
    if call.provider_status == "ringing":
        call.set_ringing(now)
    call.set_answer(result["answer"])


def _go_live(call: Call, now: datetime) -> None:
    """A participant makes a scheduled call live when it is time, also if no event reported them."""
    is_waiting = call.status == Call.Status.SCHEDULED and not call.end_requested_at
    if is_waiting and call.scheduled_at and may_go_live(call, now):
        call.status, call.started_at, call.empty_since = Call.Status.LIVE, now, None


def _delete_finished(monitors: Sequence[CallMonitor], calls: Mapping[UUID, Call]) -> None:
    """Monitors of ended calls are deleted, and the recordings of their rooms synced; failed ones are kept."""
    finished = [monitor for monitor in monitors if monitor.state != CallMonitor.State.FAILED]
    if finished:
        sync_rooms([calls[monitor.call_id] for monitor in finished])
        CallMonitor.objects.filter(pk__in=[monitor.pk for monitor in finished]).delete()


def _apply_deadlines(monitors: Iterable[CallMonitor], calls: Mapping[UUID, Call]) -> None:
    """Pull the next check forward to deadlines that were set while the provider was asked.

    A grace that is over already is left out: a provider that does not answer is not asked without a pause.
    """
    for monitor in monitors:
        call, now = calls[monitor.call_id], monitor.updated_at
        at, limit = deadline(call, now), limit_ends_at(call)
        if at and (at > now or (limit and limit <= now)) and (monitor.due_at is None or at < monitor.due_at):
            monitor.due_at = at
            monitor.save(update_fields=["due_at"])


def _parse(time: str | None) -> datetime | None:
    return datetime.fromisoformat(time) if time else None
