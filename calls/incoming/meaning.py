"""What an event changes of a call, told as plain changes of its fields; nothing is written here.

States only move forward: an event that comes late, twice or out of order changes nothing that is settled.
"""

from dataclasses import dataclass
from datetime import datetime

from calls.end_codes import EndCode
from calls.models.call import Call
from calls.watching.asking import end_code_of
from calls.watching.planned import LEAD, is_early, may_begin
from providers.events import Inbound

# Somebody is in the room, or may come in.
CAME = ("started", "session_started")
# The order of a leg's states: what was overtaken is not written over what is known.
ORDER = ("initiated", "queued", "ringing", "in-progress")


@dataclass
class Change:
    """What an event came to, for people; with a code, the call has to end for that reason.

    `still_live`: it has ended here, and somebody is in its room.
    """

    did: str
    code: EndCode | None = None
    reason: str = ""
    still_live: bool = False


def change(call: Call, event: Inbound, now: datetime, *, overtaken: bool) -> Change:
    """Put into the call (locked by the caller) what the event says; saving and ending are the caller's.

    `now` is the database's time. `overtaken`: a later event of who is in the room was applied before.
    """
    call.take_cost(event.cost, event.price_unit)
    if event.happening == "closed" and not call.is_over and is_early(call, now):
        return _closed_early(call, now)
    if event.status == "ended":
        return _over(call, event, now)
    if call.is_over:
        return _after_the_end(call, event)
    match event.happening:
        case "session_ended":
            return _emptied(call, now, overtaken)
        case "session_started" if not _counts(call, now):
            _seen(call, event, now)
            return Change("noted: it is not the call's time yet")
        case "session_started":
            _came(call, event, now, overtaken)
    _alive(call, event, now)
    return Change("noted")


def _counts(call: Call, now: datetime) -> bool:
    """Whether somebody in the room makes, or keeps, this call live."""
    return call.status != Call.Status.SCHEDULED or may_begin(call, now)


def adopt(call: Call, event: Inbound, now: datetime) -> bool:
    """Take on the leg whose id reaches us by its own events first; True if the call had none."""
    if call.provider_call_id or not event.resource:
        return False
    call.provider_call_id = event.resource[:64]
    call.provider_state = Call.ProviderState.LIVE
    if not call.is_over:
        call.status = Call.Status.LIVE
        call.started_at = call.started_at or _not_after(now, event.at)
    return True


def _over(call: Call, event: Inbound, now: datetime) -> Change:
    """The provider's word that it is over; ours stands if it came first."""
    if call.is_over and call.provider_state == Call.ProviderState.ENDED and call.provider_confirmed_at:
        return Change("late: the end is known")
    call.provider_seen_at = now
    call.confirm_end(event.raw_status, event.ended_at, event.duration, at=now)
    if call.is_over:
        return Change("confirmed")
    call.ended_at = now  # for what else comes in this turn; the row's own is the compare-and-set's
    said = f" ({event.raw_status})" if event.happening == "leg" else ""
    if event.happening == "gone":
        return Change("ended", EndCode.ROOM_GONE, "The room was deleted at the provider.")
    return Change("ended", end_code_of(event.raw_status), f"Ended at the provider{said}.")


def _after_the_end(call: Call, event: Inbound) -> Change:
    """By the provider's own clock where it told of the end; an event that says no time is taken for late."""
    over = call.provider_ended_at or call.ended_at
    if event.happening in CAME and event.at and over and event.at > over:
        return Change("live after its end: the room is ended again", still_live=True)
    return Change("late: the call is over")


def _came(call: Call, event: Inbound, now: datetime, overtaken: bool) -> None:
    """No grace runs while somebody is there; one that runs already began after that, if they left again."""
    if not overtaken:
        call.empty_since = None
    elif call.empty_since:
        call.empty_since = max(call.empty_since, _not_after(now, event.at))
    elif call.status == Call.Status.SCHEDULED:
        call.empty_since = now  # they left before this was heard; if others came, they are in it when asked


def _closed_early(call: Call, now: datetime) -> Change:
    """Nobody was in the room any more; before the call's time that is no end of it."""
    if call.status == Call.Status.SCHEDULED:
        return Change("nothing: the room opens again when the call starts")
    call.empty_since = call.empty_since or now
    return Change("empty: the grace runs from the call's time on")


def _emptied(call: Call, now: datetime, overtaken: bool) -> Change:
    """Everybody left: that is no end before the grace is over. Counted from when we heard of it, for the
    provider's clock may be wrong."""
    if overtaken:
        return Change("late: somebody came back")
    call.provider_seen_at = now
    if call.status == Call.Status.SCHEDULED:
        return Change("noted: the call has not begun")
    call.empty_since = call.empty_since or now
    return Change("empty: the grace runs")


def _alive(call: Call, event: Inbound, now: datetime) -> None:
    _seen(call, event, now)
    if event.status == "live":
        call.started_at = call.started_at or _began(call, event, now)
        if call.status == Call.Status.SCHEDULED:
            call.status = Call.Status.LIVE


def _seen(call: Call, event: Inbound, now: datetime) -> None:
    call.provider_seen_at = now
    call.provider_state = Call.ProviderState.LIVE
    if event.raw_status and _rank(event.raw_status) >= _rank(call.provider_status):
        call.provider_status = event.raw_status[:40]


def _began(call: Call, event: Inbound, now: datetime) -> datetime:
    """When the leg, or the session in the room, began; of a scheduled call not before it could begin."""
    if event.happening == "started":
        return _not_after(now, event.at)
    at = _not_after(now, event.started_at or event.at)
    return max(at, call.scheduled_at - LEAD) if call.scheduled_at else at


def _not_after(now: datetime, at: datetime | None) -> datetime:
    return min(at or now, now)


def _rank(word: str) -> int:
    return ORDER.index(word) if word in ORDER else -1
