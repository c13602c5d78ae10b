"""When a call must be checked: time limit, empty room, opening of a scheduled call, stale call.

A scheduled call goes live when it is started (here or at the provider), or when a participant is in its
room at most EARLY_JOIN before `scheduled_at`. In the latter case its time limit and empty-room grace count
from `scheduled_at`. A call that was started more than EARLY_JOIN ahead counts from its start.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Case, DateTimeField, ExpressionWrapper, F, Value, When
from django.db.models.functions import Greatest

from calls.models.call import Call

# Participants may join a scheduled call this long before `scheduled_at`.
EARLY_JOIN = timedelta(minutes=15)
# A call that never started is ended after this time.
EXPIRES_AFTER = timedelta(hours=24)
# A submission without an answer for this long gets none: the call is searched at the provider.
SUBMISSION_TIMEOUT = timedelta(seconds=10)
# A leg rings for 60 s by default (Twilio's Timeout), and machine detection takes 30 s. If the provider has
# not reported the answer, or who answered, after this time, it is asked, and again at this interval.
ANSWER_CHECK = timedelta(seconds=75)
# No result of machine detection comes later.
MAX_DETECTION = timedelta(minutes=5)
# How long a live room waits for its first participant (s), if the call has no limit of its own.
DEFAULT_JOIN_LIMIT = 3600
# The provider's own limit is this much longer (s) than the call's.
PROVIDER_LIMIT_GRACE = 60

# limit_ends_at() as an expression; for calls with a time limit only.
_COUNTS_FROM = Case(
    When(started_at__gte=F("scheduled_at") - EARLY_JOIN, then=Greatest("started_at", "scheduled_at")),
    default=F("started_at"),
)
LIMIT_ENDS_AT = ExpressionWrapper(
    _COUNTS_FROM + F("time_limit") * Value(timedelta(seconds=1)), output_field=DateTimeField()
)


def first_check(call: Call, now: datetime) -> datetime:
    """When a call is to be checked if no event reports on it before. `now` is the database's time."""
    stale_at = _stale_at(call)
    return min(stale_at, deadline(call, now) or stale_at)


def deadline(call: Call, now: datetime) -> datetime | None:
    """The earliest of time limit, end of a grace, end of the wait for participants, and opening of the room.

    None without any.
    """
    return _earliest(
        limit_ends_at(call),
        grace_ends_at(call, call.empty_since),
        join_limit_ends_at(call),
        _joinable_at(call, now),
    )


def limit_ends_at(call: Call) -> datetime | None:
    """When the time limit is reached; None without a limit, or before the start."""
    since = _latest(call.started_at, effective_start(call))
    limit = _limit(call)
    return since + limit if since and limit else None


def _limit(call: Call) -> timedelta | None:
    return timedelta(seconds=call.time_limit) if call.time_limit else None


def grace_ends_at(call: Call, empty_since: datetime | None) -> datetime | None:
    """When a call whose room is empty since then is to be ended; None if the room is not empty."""
    if empty_since is None:
        return None
    return max(empty_since, effective_start(call) or empty_since) + _grace()


def join_limit_ends_at(call: Call) -> datetime | None:
    """When a live video call that nobody has joined is to be ended; None for others, and without limit."""
    is_waiting = call.channel == Call.Channel.VIDEO and call.started_at and call.joined_at is None
    limit = DEFAULT_JOIN_LIMIT if call.join_limit is None else call.join_limit
    if not is_waiting or not limit or call.empty_since:
        return None
    since = _latest(call.started_at, effective_start(call))
    return since + timedelta(seconds=limit) if since else None


def pause(call: Call, now: datetime) -> float:
    """Seconds until the provider of a live call is asked again if it reports nothing before."""
    if call.awaits_answer or (call.awaits_detection and now < _detection_ends_at(call)):
        return min(ANSWER_CHECK.total_seconds(), settings.CALL_STALE_AFTER)
    return max(settings.CALL_STALE_AFTER, seconds_until_joinable(call, now))


def provider_limit(call: Call) -> int | None:
    """Seconds after which the provider is to end the call by itself; None without a time limit.

    It applies only if we fail to. A provider counts from the answer, or from the first participant, who may
    join a scheduled call early.
    """
    if not call.time_limit:
        return None
    early = EARLY_JOIN if call.scheduled_at else timedelta()
    return call.time_limit + PROVIDER_LIMIT_GRACE + round(early.total_seconds())


def effective_start(call: Call) -> datetime | None:
    """`scheduled_at` of a call that started at most EARLY_JOIN before it; None for all others."""
    if call.started_at and call.scheduled_at and call.started_at >= call.scheduled_at - EARLY_JOIN:
        return call.scheduled_at
    return None


def may_go_live(call: Call, now: datetime) -> bool:
    """Whether a participant in the room makes the call live."""
    return call.scheduled_at is None or now >= call.scheduled_at - EARLY_JOIN


def is_early(call: Call, now: datetime) -> bool:
    """Whether the call can still start, or started early and is within the grace after `scheduled_at`."""
    if call.status == Call.Status.SCHEDULED:
        return not is_expired(call, now)
    start = effective_start(call)
    return start is not None and now < start + _grace()


def is_expired(call: Call, now: datetime) -> bool:
    """Whether the call did not start within EXPIRES_AFTER of its time."""
    due = call.scheduled_at or call.created_at
    return call.status == Call.Status.SCHEDULED and now >= due + EXPIRES_AFTER


def seconds_until_joinable(call: Call, now: datetime) -> float:
    """Seconds until a participant makes a scheduled call live; 0 if that is possible now."""
    opens_at = _joinable_at(call, now)
    return (opens_at - now).total_seconds() if opens_at else 0.0


def _joinable_at(call: Call, now: datetime) -> datetime | None:
    """When participants may join a scheduled call; None if they may already."""
    if call.status != Call.Status.SCHEDULED or call.scheduled_at is None or may_go_live(call, now):
        return None
    return call.scheduled_at - EARLY_JOIN


def _stale_at(call: Call) -> datetime:
    if call.is_submission_unknown:
        return call.created_at + SUBMISSION_TIMEOUT
    if call.awaits_answer and not call.is_over:
        return call.created_at + min(ANSWER_CHECK, _stale_after(), _limit(call) or ANSWER_CHECK)
    if call.awaits_detection and call.answered_at:
        return call.answered_at + min(ANSWER_CHECK, _stale_after())
    start = call.scheduled_at if call.status == Call.Status.SCHEDULED else call.started_at
    return max(call.created_at, start or call.created_at) + _stale_after()


def _stale_after() -> timedelta:
    return timedelta(seconds=settings.CALL_STALE_AFTER)


def _detection_ends_at(call: Call) -> datetime:
    return (call.answered_at or call.created_at) + MAX_DETECTION


def _grace() -> timedelta:
    return timedelta(seconds=settings.EMPTY_ROOM_GRACE)


def _earliest(*times: datetime | None) -> datetime | None:
    return min((at for at in times if at), default=None)


def _latest(*times: datetime | None) -> datetime | None:
    return max((at for at in times if at), default=None)
