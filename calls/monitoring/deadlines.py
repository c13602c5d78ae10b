"""When a scheduled call begins: to look into its room before that starts nothing, to leave it ends nothing.

It goes live by its start (ours, or the provider's own), or by somebody who is in its room from LEAD before
its time on. Who goes live in that way early is early: limits and graces count from the time it was scheduled
for. A call that was started earlier than LEAD before its time has that time behind it.
"""

from datetime import datetime, timedelta

from django.conf import settings

from calls.models.call import Call

EARLY_JOIN = timedelta(minutes=15)
# A call that never started does not stay on the list for ever.
EXPIRES_AFTER = timedelta(hours=24)
SQL_LEAD = f"make_interval(secs => {EARLY_JOIN.total_seconds()})"

# Of a row `c`, as in the functions below; and when somebody may be in the room for whom it begins.
OWN_TIME = f"(CASE WHEN c.started_at >= c.scheduled_at - {SQL_LEAD} THEN c.scheduled_at END)"
BEGUN = f"greatest(c.started_at, {OWN_TIME})"
OPENS = f"""(CASE WHEN c.status = 'scheduled' AND c.scheduled_at - {SQL_LEAD} > now()
                 THEN c.scheduled_at - {SQL_LEAD} END)"""


def may_go_live(call: Call, now: datetime) -> bool:
    """Whether somebody in its room is reason enough for it to be live."""
    return call.scheduled_at is None or now >= call.scheduled_at - EARLY_JOIN


def effective_start(call: Call) -> datetime | None:
    """The time it was scheduled for, of a call that was not started long before it."""
    if call.started_at and call.scheduled_at and call.started_at >= call.scheduled_at - EARLY_JOIN:
        return call.scheduled_at
    return None


def limit_starts_at(call: Call) -> datetime | None:
    """From when on its limit counts; None before its start."""
    times = [at for at in (call.started_at, effective_start(call)) if at]
    return max(times) if times else None


def is_early(call: Call, now: datetime) -> bool:
    """It has not begun and may still do so, or its time has not come, or came less than a grace ago."""
    if call.status == Call.Status.SCHEDULED:
        return not is_expired(call, now)
    at = effective_start(call)
    return at is not None and now < at + timedelta(seconds=settings.EMPTY_ROOM_GRACE)


def is_expired(call: Call, now: datetime) -> bool:
    """It has not begun, a day after its time."""
    due = call.scheduled_at or call.created_at
    return call.status == Call.Status.SCHEDULED and now >= due + EXPIRES_AFTER


def seconds_until_joinable(call: Call, now: datetime) -> float:
    """Seconds until somebody may come for whom it begins; 0 for one that is open, or has begun."""
    if call.status != Call.Status.SCHEDULED or call.scheduled_at is None:
        return 0.0
    return max(0.0, (call.scheduled_at - EARLY_JOIN - now).total_seconds())
