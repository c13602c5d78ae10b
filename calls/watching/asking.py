"""What a Watch asks the provider about its call, and what the answer means."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings

from calls.end_codes import EndCode
from calls.models.call import Call
from calls.watching.searching import Search
from liveplatform.work.outcomes import Outcome, done, later
from providers.base import Adapter, HasRooms, ListsLive, ReportsCalls
from providers.errors import ProviderError, Rejected, Unavailable

# A provider that does not answer is asked again at this pace (s): nobody's call is ended for its silence.
UNANSWERED_PACE = 60.0
# How the companies say that there is no such call, or room.
NO_SUCH = ("20404", "16", "not_found")


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


def _look(call: Call, provider: Adapter, rooms: Adapter | None) -> Outcome:
    if call.channel == Call.Channel.VIDEO:
        return _look_at_room(call, provider)
    return _look_at_leg(call, provider, rooms)


def _look_at_leg(call: Call, provider: Adapter, rooms: Adapter | None) -> Outcome:
    if not isinstance(provider, ReportsCalls):
        return _alive("")
    try:
        leg = provider.call_status(call.provider_call_id)
    except Rejected as error:
        return _no_such(error, provider)
    if leg.status == "ended":
        return over(end_code_of(leg.raw_status), f"Ended at the provider ({leg.raw_status}).", leg.facts())
    if rooms is not None and _room_is_gone(call, rooms):
        return over(EndCode.ROOM_GONE, "The room of this call is gone.")
    return _alive(leg.raw_status)


def _look_at_room(call: Call, provider: Adapter) -> Outcome:
    if not isinstance(provider, HasRooms):
        return left_for_good(call) or _alive("")
    try:
        room = provider.room(call.stream_call_type, call.provider_call_id)
    except Rejected as error:
        return _no_such(error, provider)
    if room.ended_at:
        said = {"status": "ended", "ended_at": room.ended_at}
        return over(EndCode.ENDED_AT_PROVIDER, "Ended at the provider.", said)
    if room.session_id:
        now: datetime = call.now  # type: ignore[attr-defined] # annotated by the one who looks
        return _alive("live" if room.is_live else "open", occupied=now)
    return left_for_good(call, room.empty_since) or _alive("open", room.empty_since)


def left_for_good(call: Call, empty_since: datetime | None = None) -> Outcome | None:
    """The end of a live call whose room is empty for longer than the grace; `empty_since` if we did not hear.

    Events of who is in a room may be lost or overtake each other, so this is asked of the provider before
    anybody's call is ended.
    """
    since = call.empty_since or empty_since
    now: datetime = call.now  # type: ignore[attr-defined] # annotated by the one who looks
    if since is None or call.status == Call.Status.SCHEDULED:
        return None
    if now < since + timedelta(seconds=settings.EMPTY_GRACE):
        return None
    return over(EndCode.PARTICIPANTS_LEFT, "Everybody left, and nobody came back.")


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


def _alive(status: str, empty_since: datetime | None = None, *, occupied: datetime | None = None) -> Outcome:
    """It runs; `occupied` is when the provider was asked, if somebody was in the room then."""
    return later(settings.STALE_AFTER, {"seen": status, "empty_since": empty_since, "occupied": occupied})


def end_code_of(raw_status: str) -> EndCode:
    """Why it ended, from a provider's own word."""
    return {
        "busy": EndCode.BUSY,
        "no-answer": EndCode.NO_ANSWER,
        "canceled": EndCode.CANCELED,
        "failed": EndCode.FAILED,
    }.get(raw_status, EndCode.ENDED_AT_PROVIDER)
