"""Gauges of calls for /metrics; each query is answered by a partial index."""

from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from calls.models import Call, Step
from calls.monitoring.deadlines import LIMIT_ENDS_AT
from liveplatform.observability.metrics import Gauge, Sample, count_by

OVERDUE_AFTER = timedelta(seconds=5)


def live() -> QuerySet[Call]:
    return Call.objects.filter(ended_at__isnull=True)


def overdue() -> QuerySet[Any]:
    """Live calls that should have been ended by their time limit."""
    limited = live().filter(time_limit__gt=0).annotate(limit_ends_at=LIMIT_ENDS_AT)
    return limited.filter(limit_ends_at__lt=Now() - OVERDUE_AFTER)


def given_up() -> QuerySet[Step]:
    """The terminate steps of calls that could not be ended at their provider, and may run."""
    failed = Step.objects.filter(kind=Step.Kind.TERMINATE, state=Step.State.FAILED)
    return failed.exclude(call__provider_state=Call.ProviderState.ENDED)


def unattended() -> QuerySet[Call]:
    """Open calls of accounts that are inactive: nobody can end them over the API."""
    return live().filter(account__is_active=False)


def _by_status() -> list[Sample]:
    return count_by(live(), scheduled=Q(status=Call.Status.SCHEDULED), live=Q(status=Call.Status.LIVE))


GAUGES = [
    Gauge("liveplatform_calls_open", "Calls that have not ended.", _by_status, labels=("status",)),
    Gauge(
        "liveplatform_calls_overdue",
        "Live calls more than five seconds past their time limit.",
        lambda: [(overdue().count(),)],
    ),
    Gauge(
        "liveplatform_calls_of_inactive_accounts",
        "Calls that have not ended, of accounts that were deactivated.",
        lambda: [(unattended().count(),)],
    ),
    Gauge(
        "liveplatform_calls_still_billed",
        "Calls that ended here while the provider says they are live.",
        lambda: [(Call.still_billed().count(),)],
    ),
    Gauge(
        "liveplatform_calls_errored",
        "Calls whose attempts to end them at the provider were given up, and that may run there.",
        lambda: [(given_up().count(),)],
    ),
]
