"""What an event changes of a call, told as plain changes of its fields; nothing is written here.

States only move forward: an event that comes late, twice or out of order changes nothing that is settled.
"""

from dataclasses import dataclass
from datetime import datetime

from calls.models.call import Call
from calls.models.end_code import EndCode
from calls.monitoring.deadlines import EARLY_JOIN, is_early, may_go_live
from calls.monitoring.probe import end_code_of
from providers.events import ProviderEventData

# Somebody is in the room, or may come in.
JOINED = ("started", "session_started")
# The order of a leg's states: what was overtaken is not written over what is known.
STATUS_ORDER = ("initiated", "queued", "ringing", "in-progress")


@dataclass
class Transition:
    """What an event came to, for people; with a code, the call has to end for that reason.

    `still_live`: it has ended here, and somebody is in its room.
    """

    summary: str
    code: EndCode | None = None
    reason: str = ""
    still_live: bool = False


def transition(call: Call, event: ProviderEventData, now: datetime, *, overtaken: bool) -> Transition:
    """Put into the call (locked by the caller) what the event says; saving and ending are the caller's.

    `now` is the database's time. `overtaken`: a later event of who is in the room was applied before.
    """
    call.set_cost(event.cost, event.price_unit)
    if event.kind == "room_closed" and not call.is_over and is_early(call, now):
        return _closed_early(call, now)
    if event.status == "ended":
        return _ended(call, event, now)
    if call.is_over:
        return _after_end(call, event)
    match event.kind:
        case "session_ended":
            return _emptied(call, now, overtaken)
        case "session_started" if not _makes_live(call, now):
            _update_status(call, event, now)
            return Transition("noted: it is not the call's time yet")
        case "session_started":
            _joined(call, event, now, overtaken)
    _running(call, event, now)
    return Transition("noted")


def _makes_live(call: Call, now: datetime) -> bool:
    """Whether somebody in the room makes, or keeps, this call live."""
    return call.status != Call.Status.SCHEDULED or may_go_live(call, now)


def adopt_leg(call: Call, event: ProviderEventData, now: datetime) -> bool:
    """Take on the leg whose id reaches us by its own events first; True if the call had none."""
    if call.provider_call_id or not event.resource:
        return False
    call.provider_call_id = event.resource[:64]
    call.provider_state = Call.ProviderState.LIVE
    if not call.is_over:
        call.status = Call.Status.LIVE
        call.started_at = call.started_at or _at_most(now, event.occurred_at)
    return True


def _ended(call: Call, event: ProviderEventData, now: datetime) -> Transition:
    """The provider's word that it is over; ours stands if it came first."""
    if call.is_over and call.provider_state == Call.ProviderState.ENDED and call.provider_confirmed_at:
        return Transition("late: the end is known")
    call.provider_seen_at = now
    call.confirm_end(event.raw_status, event.ended_at, event.duration, at=now)
    if call.is_over:
        return Transition("confirmed")
    call.ended_at = now  # for what else comes in this turn; the row's own is the compare-and-set's
    said = f" ({event.raw_status})" if event.kind == "call_status" else ""
    if event.kind == "room_deleted":
        return Transition("ended", EndCode.ROOM_GONE, "The room was deleted at the provider.")
    return Transition("ended", end_code_of(event.raw_status), f"Ended at the provider{said}.")


def _after_end(call: Call, event: ProviderEventData) -> Transition:
    """By the provider's own clock where it told of the end; an event that says no time is taken for late."""
    over = call.provider_ended_at or call.ended_at
    if event.kind in JOINED and event.occurred_at and over and event.occurred_at > over:
        return Transition("live after its end: the room is ended again", still_live=True)
    return Transition("late: the call is over")


def _joined(call: Call, event: ProviderEventData, now: datetime, overtaken: bool) -> None:
    """No grace runs while somebody is there; one that runs already began after that, if they left again."""
    if not overtaken:
        call.empty_since = None
    elif call.empty_since:
        call.empty_since = max(call.empty_since, _at_most(now, event.occurred_at))
    elif call.status == Call.Status.SCHEDULED:
        call.empty_since = now  # they left before this was heard; if others came, they are in it when asked


def _closed_early(call: Call, now: datetime) -> Transition:
    """Nobody was in the room any more; before the call's time that is no end of it."""
    if call.status == Call.Status.SCHEDULED:
        return Transition("nothing: the room opens again when the call starts")
    call.empty_since = call.empty_since or now
    return Transition("empty: the grace runs from the call's time on")


def _emptied(call: Call, now: datetime, overtaken: bool) -> Transition:
    """Everybody left: that is no end before the grace is over. Counted from when we heard of it, for the
    provider's clock may be wrong."""
    if overtaken:
        return Transition("late: somebody came back")
    call.provider_seen_at = now
    if call.status == Call.Status.SCHEDULED:
        return Transition("noted: the call has not begun")
    call.empty_since = call.empty_since or now
    return Transition("empty: the grace runs")


def _running(call: Call, event: ProviderEventData, now: datetime) -> None:
    _update_status(call, event, now)
    if event.status == "live":
        call.started_at = call.started_at or _started_at(call, event, now)
        if call.status == Call.Status.SCHEDULED:
            call.status = Call.Status.LIVE


def _update_status(call: Call, event: ProviderEventData, now: datetime) -> None:
    call.provider_seen_at = now
    call.provider_state = Call.ProviderState.LIVE
    if event.raw_status and _rank(event.raw_status) >= _rank(call.provider_status):
        call.provider_status = event.raw_status[:40]


def _started_at(call: Call, event: ProviderEventData, now: datetime) -> datetime:
    """When the leg, or the session in the room, began; of a scheduled call not before it could begin."""
    if event.kind == "started":
        return _at_most(now, event.occurred_at)
    at = _at_most(now, event.started_at or event.occurred_at)
    return max(at, call.scheduled_at - EARLY_JOIN) if call.scheduled_at else at


def _at_most(now: datetime, at: datetime | None) -> datetime:
    return min(at or now, now)


def _rank(word: str) -> int:
    return STATUS_ORDER.index(word) if word in STATUS_ORDER else -1
