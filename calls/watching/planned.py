"""When a scheduled call begins: to look into its room before that starts nothing, to leave it ends nothing.

It goes live by its start (ours, or the provider's own), or by somebody who is in its room from LEAD before
its time on. Who goes live in that way early is early: limits and graces count from the time it was scheduled
for. A call that was started earlier than LEAD before its time has that time behind it.
"""

from datetime import datetime, timedelta

from django.conf import settings

from calls.models.call import Call

LEAD = timedelta(minutes=15)
# A call that never started does not stay on the list for ever.
FORGOTTEN_AFTER = timedelta(hours=24)
SQL_LEAD = f"make_interval(secs => {LEAD.total_seconds()})"

# Of a row `c`, as in the functions below; and when somebody may be in the room for whom it begins.
OWN_TIME = f"(CASE WHEN c.started_at >= c.scheduled_at - {SQL_LEAD} THEN c.scheduled_at END)"
BEGUN = f"greatest(c.started_at, {OWN_TIME})"
OPENS = f"""(CASE WHEN c.status = 'scheduled' AND c.scheduled_at - {SQL_LEAD} > now()
                 THEN c.scheduled_at - {SQL_LEAD} END)"""


def may_begin(call: Call, now: datetime) -> bool:
    """Whether somebody in its room is reason enough for it to be live."""
    return call.scheduled_at is None or now >= call.scheduled_at - LEAD


def own_time(call: Call) -> datetime | None:
    """The time it was scheduled for, of a call that was not started long before it."""
    if call.started_at and call.scheduled_at and call.started_at >= call.scheduled_at - LEAD:
        return call.scheduled_at
    return None


def begun(call: Call) -> datetime | None:
    """From when on its limit counts; None before its start."""
    times = [at for at in (call.started_at, own_time(call)) if at]
    return max(times) if times else None


def is_early(call: Call, now: datetime) -> bool:
    """It has not begun and may still do so, or its time has not come, or came less than a grace ago."""
    if call.status == Call.Status.SCHEDULED:
        return not is_past(call, now)
    at = own_time(call)
    return at is not None and now < at + timedelta(seconds=settings.EMPTY_GRACE)


def is_past(call: Call, now: datetime) -> bool:
    """It has not begun, a day after its time."""
    due = call.scheduled_at or call.created_at
    return call.status == Call.Status.SCHEDULED and now >= due + FORGOTTEN_AFTER


def until_it_opens(call: Call, now: datetime) -> float:
    """Seconds until somebody may come for whom it begins; 0 for one that is open, or has begun."""
    if call.status != Call.Status.SCHEDULED or call.scheduled_at is None:
        return 0.0
    return max(0.0, (call.scheduled_at - LEAD - now).total_seconds())
