"""Asks a call's provider about it, and turns the answer into the outcome of a check.

Results: `code`, `reason` and `facts` of a call to be ended; `status`, `empty_since` and `occupied_at` of one
that is live; `unanswered` says why nothing is known. `now` is the database's time at which a check began.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings

from calls.models.call import Call
from calls.models.end_code import EndCode, end_code_for_status
from calls.monitoring import deadlines
from calls.monitoring.lost_calls import LostCallSearch
from liveplatform.work.outcomes import Outcome, postpone, succeeded
from providers.base import Adapter, HasRooms, Leg, ListsLive, ReportsCalls
from providers.errors import ProviderError, Rejected, Unavailable

# Seconds until a provider that did not answer is asked again. No call is ended for its silence.
NO_ANSWER_RETRY_SECONDS = 60.0
# Error codes of the providers for a call or room that does not exist.
NOT_FOUND = "not_found"
NOT_FOUND_CODES = ("20404", "16", NOT_FOUND)


def probe(
    call: Call, now: datetime, provider: Adapter, rooms: Adapter | None, search: LostCallSearch | None
) -> Outcome:
    """Check a call at its provider; `rooms` holds the helper room of a phone call, if it has one."""
    attempt = partial(search.run, provider) if search else partial(_probe, call, now, provider, rooms)
    try:
        return attempt()
    except ProviderError as error:
        return no_answer(str(error))


def no_answer(reason: str) -> Outcome:
    """The provider did not answer: the call stays as it is, and is checked again."""
    return postpone(min(NO_ANSWER_RETRY_SECONDS, settings.CALL_STALE_AFTER), {"unanswered": reason})


def should_end(code: EndCode, reason: str, facts: Mapping[str, Any] | None = None) -> Outcome:
    """The call has to end; `facts` come from the provider, if the call has ended there."""
    return succeeded({"code": code.value, "reason": reason, "facts": dict(facts or {})})


def stale() -> Outcome:
    """The call never started, or no provider has it, and EXPIRES_AFTER has passed."""
    return should_end(EndCode.STALE, "Nothing was heard of this call for a day.")


def empty_too_long(call: Call, now: datetime, empty_since: datetime | None = None) -> Outcome | None:
    """The end of a live call whose room is empty for longer than the grace; None for all others.

    `empty_since` is the provider's time, used where no event gave one. Events about participants may be lost
    or come out of order, so the provider is asked before a call is ended for this reason.
    """
    ends_at = deadlines.grace_ends_at(call, call.empty_since or empty_since)
    if ends_at is None or call.status == Call.Status.SCHEDULED or now < ends_at:
        return None
    return should_end(EndCode.PARTICIPANTS_LEFT, "Everybody left, and nobody came back.")


def nobody_came(call: Call, now: datetime) -> Outcome | None:
    """The end of a live call whose room nobody has joined within its limit; None for all others."""
    ends_at = deadlines.join_limit_ends_at(call)
    if ends_at is None or now < ends_at:
        return None
    return should_end(EndCode.NOBODY_CAME, "Nobody joined the room.")


def _probe(call: Call, now: datetime, provider: Adapter, rooms: Adapter | None) -> Outcome:
    if call.channel == Call.Channel.VIDEO:
        return _probe_room(call, now, provider)
    return _probe_leg(call, now, provider, rooms)


def _probe_leg(call: Call, now: datetime, provider: Adapter, rooms: Adapter | None) -> Outcome:
    if not isinstance(provider, ReportsCalls):
        return _still_live(call, now, "")
    try:
        leg = provider.call_status(call.provider_call_id)
    except Rejected as error:
        return _not_found(error, provider)
    if leg.status == "ended":
        code, reason = end_code_for_status(leg.raw_status), f"Ended at the provider ({leg.raw_status})."
        return should_end(code, reason, leg.end_facts())
    if rooms is not None and _room_is_gone(call, rooms):
        return should_end(EndCode.ROOM_GONE, "The room of this call is gone.")
    return _still_live(call, now, leg.raw_status, leg=leg)


def _probe_room(call: Call, now: datetime, provider: Adapter) -> Outcome:
    if not isinstance(provider, HasRooms):
        return empty_too_long(call, now) or _still_live(call, now, "")
    try:
        room = provider.room(call.stream_call_type, call.provider_call_id)
    except Rejected as error:
        return _closed_early(call, now, provider, error) or _not_found(error, provider)
    if room.ended_at:
        facts = {"status": "ended", "ended_at": room.ended_at}
        return should_end(EndCode.ENDED_AT_PROVIDER, "Ended at the provider.", facts)
    if room.session_id:
        return _still_live(call, now, "live" if room.is_live else "open", occupied_at=now)
    if deadlines.is_expired(call, now):
        return stale()
    empty_since = _emptied_after_start(call, room.empty_since)
    too_long = empty_too_long(call, now, empty_since) or (None if empty_since else nobody_came(call, now))
    return too_long or _still_live(call, now, "open", empty_since)


def _emptied_after_start(call: Call, emptied_at: datetime | None) -> datetime | None:
    """None if the last participant left before the scheduled call started."""
    before_start = (
        emptied_at and call.scheduled_at and (call.started_at is None or emptied_at < call.started_at)
    )
    return None if before_start else emptied_at


def _closed_early(call: Call, now: datetime, provider: HasRooms, error: Rejected) -> Outcome | None:
    """LiveKit closes empty rooms, which ends no call before its time; the room is opened again for it."""
    if error.code != NOT_FOUND or not deadlines.is_early(call, now):
        return None
    if deadlines.may_go_live(call, now):
        kind, name = call.stream_call_type, call.provider_call_id
        provider.open_room(
            kind,
            name,
            created_by=call.host_user_id,
            starts_at=call.scheduled_at,
            max_seconds=deadlines.provider_limit(call),
        )
    return _still_live(call, now, "closed")


def _not_found(error: Rejected, provider: Adapter) -> Outcome:
    """The call does not exist, or the credentials are another account's: the latter cannot list calls."""
    if error.code not in NOT_FOUND_CODES or not isinstance(provider, ListsLive):
        raise error
    provider.live_ids()
    reason = "The provider knows no such call (any more)."
    return should_end(EndCode.STALE, reason, {"status": "unknown there"})


def _room_is_gone(call: Call, rooms: Adapter) -> bool:
    if not isinstance(rooms, HasRooms):
        return False
    try:
        return rooms.room(call.room_type, call.room_id).ended_at is not None
    except Rejected as error:
        return error.code in NOT_FOUND_CODES
    except Unavailable:
        return False


def _still_live(
    call: Call,
    now: datetime,
    status: str,
    empty_since: datetime | None = None,
    *,
    occupied_at: datetime | None = None,
    leg: Leg | None = None,
) -> Outcome:
    """The call is live; `occupied_at` is the time of this check if a participant is in the room."""
    result: dict[str, Any] = {"status": status, "empty_since": empty_since, "occupied_at": occupied_at}
    if leg is not None:
        result["answer"] = leg.answer_facts()
        call.set_answer(result["answer"])  # of this copy: it is not asked about soon again
    return postpone(deadlines.pause(call, now), result)
