"""What a Watch asks the provider about its call, and what the answer means."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings

from calls.models.call import Call
from calls.models.end_code import EndCode
from calls.monitoring import deadlines
from calls.monitoring.lost_calls import LostCallSearch
from liveplatform.work.outcomes import Outcome, postpone, succeeded
from providers.base import Adapter, HasRooms, ListsLive, ReportsCalls
from providers.errors import ProviderError, Rejected, Unavailable

# A provider that does not answer is asked again at this pace (s): nobody's call is ended for its silence.
NO_ANSWER_RETRY_SECONDS = 60.0
# How the companies say that there is no such call, or room.
NOT_FOUND = "not_found"
NOT_FOUND_CODES = ("20404", "16", NOT_FOUND)


def probe(call: Call, provider: Adapter, rooms: Adapter | None, search: LostCallSearch | None) -> Outcome:
    """One look at a call through its provider; `rooms` is where a phone call's own room is."""
    look = partial(_probe, call, provider, rooms) if search is None else partial(search.run, provider)
    try:
        return look()
    except ProviderError as error:
        return no_answer(str(error))


def no_answer(why: str) -> Outcome:
    """The provider said nothing of use: the call stays as it is, and is looked at again."""
    return postpone(min(NO_ANSWER_RETRY_SECONDS, settings.CALL_STALE_AFTER), {"unanswered": why})


def should_end(code: EndCode, reason: str, said: Mapping[str, Any] | None = None) -> Outcome:
    """The call has to end; `said` are the provider's facts, if it was the provider who ended it."""
    return succeeded({"code": code.value, "reason": reason, "said": dict(said or {})})


def stale() -> Outcome:
    """A call that never began, or that no provider has, a day later."""
    return should_end(EndCode.STALE, "Nothing was heard of this call for a day.")


def _probe(call: Call, provider: Adapter, rooms: Adapter | None) -> Outcome:
    if call.channel == Call.Channel.VIDEO:
        return _probe_room(call, provider)
    return _probe_leg(call, provider, rooms)


def _probe_leg(call: Call, provider: Adapter, rooms: Adapter | None) -> Outcome:
    if not isinstance(provider, ReportsCalls):
        return _still_live(call, "")
    try:
        leg = provider.call_status(call.provider_call_id)
    except Rejected as error:
        return _not_found(error, provider)
    if leg.status == "ended":
        return should_end(
            end_code_of(leg.raw_status), f"Ended at the provider ({leg.raw_status}).", leg.end_facts()
        )
    if rooms is not None and _room_is_gone(call, rooms):
        return should_end(EndCode.ROOM_GONE, "The room of this call is gone.")
    return _still_live(call, leg.raw_status)


def _probe_room(call: Call, provider: Adapter) -> Outcome:
    if not isinstance(provider, HasRooms):
        return empty_too_long(call) or _still_live(call, "")
    try:
        room = provider.room(call.stream_call_type, call.provider_call_id)
    except Rejected as error:
        return _closed_early(call, provider, error) or _not_found(error, provider)
    if room.ended_at:
        said = {"status": "ended", "ended_at": room.ended_at}
        return should_end(EndCode.ENDED_AT_PROVIDER, "Ended at the provider.", said)
    if room.session_id:
        return _still_live(call, "live" if room.is_live else "open", occupied=_now(call))
    if deadlines.is_expired(call, _now(call)):
        return stale()
    left = _emptied_after_start(call, room.empty_since)
    return empty_too_long(call, left) or _still_live(call, "open", left)


def empty_too_long(call: Call, empty_since: datetime | None = None) -> Outcome | None:
    """The end of a live call whose room is empty for longer than the grace; `empty_since` if we did not hear.

    Events of who is in a room may be lost or overtake each other, so this is asked of the provider before
    anybody's call is ended.
    """
    since = call.empty_since or empty_since
    if since is None or call.status == Call.Status.SCHEDULED:
        return None
    if _now(call) < max(since, deadlines.effective_start(call) or since) + timedelta(
        seconds=settings.EMPTY_ROOM_GRACE
    ):
        return None
    return should_end(EndCode.PARTICIPANTS_LEFT, "Everybody left, and nobody came back.")


def _emptied_after_start(call: Call, left: datetime | None) -> datetime | None:
    """Who looked in and left before a scheduled call began is nobody who left it."""
    looked_in = left and call.scheduled_at and (call.started_at is None or left < call.started_at)
    return None if looked_in else left


def _closed_early(call: Call, provider: HasRooms, error: Rejected) -> Outcome | None:
    """LiveKit closes rooms that nobody is in. Of a call whose time has not come that is no end; when people
    may come, the room is there again."""
    if error.code != NOT_FOUND or not deadlines.is_early(call, _now(call)):
        return None
    if deadlines.may_go_live(call, _now(call)):
        kind, name = call.stream_call_type, call.provider_call_id
        provider.open_room(kind, name, created_by=call.host_user_id, starts_at=call.scheduled_at)
    return _still_live(call, "closed")


def _not_found(error: Rejected, provider: Adapter) -> Outcome:
    """No such call: or another account's credentials. That its list can be read proves which."""
    if error.code not in NOT_FOUND_CODES or not isinstance(provider, ListsLive):
        raise error
    provider.live_ids()
    return should_end(
        EndCode.STALE, "The provider knows no such call (any more).", {"status": "unknown there"}
    )


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
    call: Call, status: str, empty_since: datetime | None = None, *, occupied: datetime | None = None
) -> Outcome:
    """It runs; `occupied` is when the provider was asked, if somebody was in the room then."""
    pause = max(settings.CALL_STALE_AFTER, deadlines.seconds_until_joinable(call, _now(call)))
    return postpone(pause, {"seen": status, "empty_since": empty_since, "occupied": occupied})


def _now(call: Call) -> datetime:
    """The database's time, annotated by the one who looks."""
    return call.now  # type: ignore[attr-defined,no-any-return]


def end_code_of(raw_status: str) -> EndCode:
    """Why it ended, from a provider's own word."""
    return {
        "busy": EndCode.BUSY,
        "no-answer": EndCode.NO_ANSWER,
        "canceled": EndCode.CANCELED,
        "failed": EndCode.FAILED,
    }.get(raw_status, EndCode.ENDED_AT_PROVIDER)
