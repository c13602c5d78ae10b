"""Gauges of sessions for /metrics; mails and duties are counted as rows of Work, too."""

from datetime import timedelta
from typing import Any

from django.db.models import DurationField, ExpressionWrapper, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Now

from calls.monitoring.deadlines import EARLY_JOIN
from liveplatform.observability.metrics import Gauge, Sample, count_by
from liveplatform.work.models import Work
from sessions_app.models import Mail, Session
from sessions_app.schedule import DEFAULT_HOST_GRACE, DEFAULT_MAX_DURATION

# A duty of a session is carried out within seconds of its time.
LATE = timedelta(minutes=5)


def _minutes(field: str, default: timedelta) -> Coalesce:
    """The minutes of a column as an interval."""
    minutes = ExpressionWrapper(F(field) * Value(timedelta(minutes=1)), DurationField())
    return Coalesce(minutes, Value(default))


HOST_GRACE = _minutes("host_grace_minutes", DEFAULT_HOST_GRACE)
MAX_DURATION = _minutes("max_duration_minutes", DEFAULT_MAX_DURATION)


def open_sessions() -> QuerySet[Session]:
    """Those that are scheduled or live."""
    return Session.objects.filter(status__in=Session.OPEN)


def overdue() -> QuerySet[Session]:
    """Sessions that should be over: still without their host, or live for longer than they may be."""
    absent = Q(status=Session.Status.SCHEDULED, scheduled_at__lt=Now() - HOST_GRACE - LATE)
    too_long = Q(status=Session.Status.LIVE, started_at__lt=Now() - MAX_DURATION - EARLY_JOIN - LATE)
    waits_for_ever = Q(status=Session.Status.SCHEDULED, host_grace_minutes=0)
    return open_sessions().filter(absent | too_long).exclude(waits_for_ever)


def overbooked() -> QuerySet[Session]:
    """Open sessions with more seats taken than they have, which the database forbids."""
    taken = F("registered_count") + F("offered_count")
    return open_sessions().filter(max_participants__lt=taken)


def unattended() -> QuerySet[Session]:
    """Open sessions of accounts that are inactive: nobody can end them over the API."""
    return open_sessions().filter(account__is_active=False)


def _by_status() -> list[Sample]:
    return count_by(
        open_sessions(),
        scheduled=Q(status=Session.Status.SCHEDULED),
        live=Q(status=Session.Status.LIVE),
    )


def mails() -> list[Sample]:
    """How many wait, and how many were given up."""
    return [
        ("waiting", _mails(state__in=Work.OPEN).count()),
        ("failed", _mails(state=Work.State.FAILED).count()),
    ]


def _mails(**conditions: Any) -> QuerySet[Mail]:  # noqa: ANN401 - look-ups
    return Mail.objects.filter(**conditions)


GAUGES = [
    Gauge("liveplatform_sessions_open", "Sessions that are not over.", _by_status, labels=("status",)),
    Gauge(
        "liveplatform_sessions_overdue",
        "Sessions that should be over: never started, or live for longer than they may be.",
        lambda: [(overdue().count(),)],
    ),
    Gauge(
        "liveplatform_sessions_overbooked",
        "Open sessions with more seats taken than they have: always 0.",
        lambda: [(overbooked().count(),)],
    ),
    Gauge(
        "liveplatform_sessions_of_inactive_accounts",
        "Sessions that are not over, of accounts that were deactivated.",
        lambda: [(unattended().count(),)],
    ),
    Gauge("liveplatform_mails", "E-mails that wait, or that were given up.", mails, labels=("state",)),
]
