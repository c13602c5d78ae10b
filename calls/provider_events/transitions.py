"""What a provider event changes of a call, as changes of the call's fields; nothing is saved here.

States only move forward: an event that comes late, twice or out of order changes nothing that is settled.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from calls.models.answer import UNANSWERED_STATUSES
from calls.models.call import Call
from calls.models.end_code import VOICEMAIL_ACTOR, VOICEMAIL_REASON, EndCode, end_code_for_status
from calls.monitoring.deadlines import EARLY_JOIN, is_early, may_go_live
from providers.events import ProviderEventData

# A participant is in the room, or may join.
JOINED = ("started", "session_started")
PHONE_KINDS = ("call_status", "answered_by")
# The order of a leg's states: an earlier one does not replace a later one.
STATUS_ORDER = ("initiated", "queued", "ringing", "in-progress")


@dataclass
class Transition:
    """What an event meant for its call, in a few words for people.

    With a `code` the call has to end, for that `reason`; `actor` ends it (empty: its provider did).
    `still_live`: the call has ended here, and a participant is in its room.
    """

    summary: str
    code: EndCode | None = None
    reason: str = ""
    still_live: bool = False
    actor: str = ""


def transition(call: Call, event: ProviderEventData, now: datetime, *, superseded: bool) -> Transition:
    """Change the call (locked by the caller) as the event says; the caller saves and ends it.

    `now` is the database's time. `superseded`: a later event about participants was applied before.
    """
    call.set_cost(event.cost, event.price_unit)
    call.set_answered_by(event.answered_by, event.raw_answered_by)
    if event.kind == "room_closed" and not call.is_over and is_early(call, now):
        return _closed_early(call, now)
    if event.status == "ended":
        return _ended(call, event, now)
    if call.is_over:
        return _after_end(call, event)
    match event.kind:
        case "session_ended":
            return _emptied(call, event, now, superseded)
        case "session_started" if not _makes_live(call, now):
            _update_status(call, event, now)
            return Transition("noted: it is not the call's time yet")
        case "session_started":
            _joined(call, event, now, superseded)
    return _running(call, event, now)


def _makes_live(call: Call, now: datetime) -> bool:
    """Whether a participant in the room makes, or keeps, this call live."""
    return call.status != Call.Status.SCHEDULED or may_go_live(call, now)


def adopt_leg(call: Call, event: ProviderEventData, now: datetime) -> bool:
    """Record the id of a leg whose event arrived before the answer to its submission; True if it was new."""
    if call.provider_call_id or not event.resource:
        return False
    call.provider_call_id = event.resource[:64]
    call.provider_state = Call.ProviderState.LIVE
    if not call.is_over:
        call.status = Call.Status.LIVE
    return True


def _ended(call: Call, event: ProviderEventData, now: datetime) -> Transition:
    """The call has ended at the provider; an end that was recorded here before stands."""
    if call.is_over and call.provider_state == Call.ProviderState.ENDED and call.provider_confirmed_at:
        return Transition("late: the end is known")
    _seen(call, event, now)
    _fill_in_answer(call, event)
    call.confirm_end(event.raw_status, event.ended_at, event.duration, at=now)
    if call.is_over:
        return Transition("confirmed")
    call.ended_at = now  # for further events of this batch; the row's own is written when the call is ended
    if event.kind == "room_deleted":
        return Transition("ended", EndCode.ROOM_GONE, "The room was deleted at the provider.")
    status = f" ({event.raw_status})" if event.kind == "call_status" else ""
    return Transition("ended", end_code_for_status(event.raw_status), f"Ended at the provider{status}.")


def _after_end(call: Call, event: ProviderEventData) -> Transition:
    """Compared by the provider's clock if the provider confirmed the end; an event without a time is late."""
    if event.kind == "call_status":
        return _late_report(call, event)
    ended_at = call.provider_ended_at or call.ended_at
    if event.kind in JOINED and event.occurred_at and ended_at and event.occurred_at > ended_at:
        return Transition("live after its end: the room is ended again", still_live=True)
    return Transition("late: the call is over")


def _fill_in_answer(call: Call, event: ProviderEventData) -> None:
    """A leg that ended after some seconds was answered, though no event said so."""
    is_answered = event.kind == "call_status" and event.raw_status not in UNANSWERED_STATUSES
    if is_answered and event.ended_at and event.duration:
        call.set_answered(event.ended_at - timedelta(seconds=event.duration))


def _late_report(call: Call, event: ProviderEventData) -> Transition:
    """It rang, or was answered, before it ended: that is recorded, and changes nothing else."""
    if event.occurred_at and call.ended_at and event.occurred_at <= call.ended_at:
        _set_life(call, event, event.occurred_at)
    return Transition("late: the call is over")


def _set_life(call: Call, event: ProviderEventData, at: datetime) -> None:
    if event.status == "ringing":
        call.set_ringing(at)
    elif event.status == "live":
        call.set_answered(at)


def _joined(call: Call, event: ProviderEventData, now: datetime, superseded: bool) -> None:
    """No grace runs while a participant is there; if they left again, it counts from after they joined."""
    call.joined_at = call.joined_at or _at_most(now, event.occurred_at)
    if not superseded:
        call.empty_since = None
    elif call.empty_since:
        call.empty_since = max(call.empty_since, _at_most(now, event.occurred_at))
    elif call.status == Call.Status.SCHEDULED:
        call.empty_since = now  # they left already; others are found when the provider is asked


def _closed_early(call: Call, now: datetime) -> Transition:
    """The provider closed an empty room; before the call's time that does not end the call."""
    if call.status == Call.Status.SCHEDULED:
        return Transition("nothing: the room opens again when the call starts")
    call.empty_since = call.empty_since or now
    return Transition("empty: the grace runs from the call's time on")


def _emptied(call: Call, event: ProviderEventData, now: datetime, superseded: bool) -> Transition:
    """The last participant left: the grace starts, by our clock, since the provider's may be wrong."""
    if superseded:
        return Transition("late: somebody came back")
    _seen(call, event, now)
    if call.status == Call.Status.SCHEDULED:
        return Transition("noted: the call has not begun")
    call.empty_since = call.empty_since or now
    return Transition("empty: the grace runs")


def _running(call: Call, event: ProviderEventData, now: datetime) -> Transition:
    _update_status(call, event, now)
    if event.kind in PHONE_KINDS:
        _set_life(call, event, _at_most(now, event.occurred_at))
    elif event.status == "live":
        call.started_at = call.started_at or _started_at(call, event, now)
    if event.status == "live" and call.status == Call.Status.SCHEDULED:
        call.status = Call.Status.LIVE
    if not call.is_to_be_hung_up:
        return Transition("noted")
    call.ended_at = now  # as in _ended
    return Transition("a machine answered", EndCode.VOICEMAIL, VOICEMAIL_REASON, actor=VOICEMAIL_ACTOR)


def _update_status(call: Call, event: ProviderEventData, now: datetime) -> None:
    _seen(call, event, now)
    call.provider_state = Call.ProviderState.LIVE
    if event.raw_status and _rank(event.raw_status) >= _rank(call.provider_status):
        call.provider_status = event.raw_status[:40]


def _started_at(call: Call, event: ProviderEventData, now: datetime) -> datetime:
    """When the leg, or the session in the room, started; at most EARLY_JOIN before `scheduled_at`."""
    if event.kind == "started":
        return _at_most(now, event.occurred_at)
    at = _at_most(now, event.started_at or event.occurred_at)
    return max(at, call.scheduled_at - EARLY_JOIN) if call.scheduled_at else at


def _at_most(now: datetime, at: datetime | None) -> datetime:
    return min(at or now, now)


def _rank(status: str) -> int:
    return STATUS_ORDER.index(status) if status in STATUS_ORDER else -1


def _seen(call: Call, event: ProviderEventData, now: datetime) -> None:
    """The provider reported the call at the event's own time: one that comes late renews nothing since."""
    at = _at_most(now, event.occurred_at)
    call.provider_seen_at = max(call.provider_seen_at or at, at)
