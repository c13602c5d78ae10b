"""What a Watch asks the provider about its call, and what the answer means."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings

from calls.end_codes import EndCode
from calls.models.call import Call
from calls.watching import planned
from calls.watching.searching import Search
from liveplatform.work.outcomes import Outcome, done, later
from providers.base import Adapter, HasRooms, ListsLive, ReportsCalls
from providers.errors import ProviderError, Rejected, Unavailable

# A provider that does not answer is asked again at this pace (s): nobody's call is ended for its silence.
UNANSWERED_PACE = 60.0
# How the companies say that there is no such call, or room.
CLOSED = "not_found"
NO_SUCH = ("20404", "16", CLOSED)


def ask(call: Call, provider: Adapter, rooms: Adapter | None, search: Search | None) -> Outcome:
    """One look at a call through its provider; `rooms` is where a phone call's own room is."""
    look = partial(_look, call, provider, rooms) if search is None else partial(search.look, provider)
    try:
        return look()
    except ProviderError as error:
        return unanswered(str(error))


def unanswered(why: str) -> Outcome:
    """The provider said nothing of use: the call stays as it is, and is looked at again."""
    return later(min(UNANSWERED_PACE, settings.STALE_AFTER), {"unanswered": why})


def over(code: EndCode, reason: str, said: Mapping[str, Any] | None = None) -> Outcome:
    """The call has to end; `said` are the provider's facts, if it was the provider who ended it."""
    return done({"code": code.value, "reason": reason, "said": dict(said or {})})


def forgotten() -> Outcome:
    """A call that never began, or that no provider has, a day later."""
    return over(EndCode.STALE, "Nothing was heard of this call for a day.")


def _look(call: Call, provider: Adapter, rooms: Adapter | None) -> Outcome:
    if call.channel == Call.Channel.VIDEO:
        return _look_at_room(call, provider)
    return _look_at_leg(call, provider, rooms)


def _look_at_leg(call: Call, provider: Adapter, rooms: Adapter | None) -> Outcome:
    if not isinstance(provider, ReportsCalls):
        return _alive(call, "")
    try:
        leg = provider.call_status(call.provider_call_id)
    except Rejected as error:
        return _no_such(error, provider)
    if leg.status == "ended":
        return over(end_code_of(leg.raw_status), f"Ended at the provider ({leg.raw_status}).", leg.facts())
    if rooms is not None and _room_is_gone(call, rooms):
        return over(EndCode.ROOM_GONE, "The room of this call is gone.")
    return _alive(call, leg.raw_status)


def _look_at_room(call: Call, provider: Adapter) -> Outcome:
    if not isinstance(provider, HasRooms):
        return left_for_good(call) or _alive(call, "")
    try:
        room = provider.room(call.stream_call_type, call.provider_call_id)
    except Rejected as error:
        return _closed_early(call, provider, error) or _no_such(error, provider)
    if room.ended_at:
        said = {"status": "ended", "ended_at": room.ended_at}
        return over(EndCode.ENDED_AT_PROVIDER, "Ended at the provider.", said)
    if room.session_id:
        return _alive(call, "live" if room.is_live else "open", occupied=_now(call))
    if planned.is_past(call, _now(call)):
        return forgotten()
    left = _left_since_it_began(call, room.empty_since)
    return left_for_good(call, left) or _alive(call, "open", left)


def left_for_good(call: Call, empty_since: datetime | None = None) -> Outcome | None:
    """The end of a live call whose room is empty for longer than the grace; `empty_since` if we did not hear.

    Events of who is in a room may be lost or overtake each other, so this is asked of the provider before
    anybody's call is ended.
    """
    since = call.empty_since or empty_since
    if since is None or call.status == Call.Status.SCHEDULED:
        return None
    if _now(call) < max(since, planned.own_time(call) or since) + timedelta(seconds=settings.EMPTY_GRACE):
        return None
    return over(EndCode.PARTICIPANTS_LEFT, "Everybody left, and nobody came back.")


def _left_since_it_began(call: Call, left: datetime | None) -> datetime | None:
    """Who looked in and left before a scheduled call began is nobody who left it."""
    looked_in = left and call.scheduled_at and (call.started_at is None or left < call.started_at)
    return None if looked_in else left


def _closed_early(call: Call, provider: HasRooms, error: Rejected) -> Outcome | None:
    """LiveKit closes rooms that nobody is in. Of a call whose time has not come that is no end; when people
    may come, the room is there again."""
    if error.code != CLOSED or not planned.is_early(call, _now(call)):
        return None
    if planned.may_begin(call, _now(call)):
        kind, name = call.stream_call_type, call.provider_call_id
        provider.open_room(kind, name, created_by=call.host_user_id, starts_at=call.scheduled_at)
    return _alive(call, "closed")


def _no_such(error: Rejected, provider: Adapter) -> Outcome:
    """No such call: or another account's credentials. That its list can be read proves which."""
    if error.code not in NO_SUCH or not isinstance(provider, ListsLive):
        raise error
    provider.live_ids()
    return over(EndCode.STALE, "The provider knows no such call (any more).", {"status": "unknown there"})


def _room_is_gone(call: Call, rooms: Adapter) -> bool:
    if not isinstance(rooms, HasRooms):
        return False
    try:
        return rooms.room(call.room_type, call.room_id).ended_at is not None
    except Rejected as error:
        return error.code in NO_SUCH
    except Unavailable:
        return False


def _alive(
    call: Call, status: str, empty_since: datetime | None = None, *, occupied: datetime | None = None
) -> Outcome:
    """It runs; `occupied` is when the provider was asked, if somebody was in the room then."""
    pause = max(settings.STALE_AFTER, planned.until_it_opens(call, _now(call)))
    return later(pause, {"seen": status, "empty_since": empty_since, "occupied": occupied})


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
