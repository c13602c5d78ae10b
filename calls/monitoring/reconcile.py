"""Reconciles a connection: the calls that are live here against the list of live calls of its provider.

Live here, not listed: the call's monitor checks it at once. Ended here, listed: it is terminated again and
reported, at a growing pace if its provider refuses for good. Listed, unknown here: counted only, since the
customer may use the account at the provider for other purposes. Of broadcasts: see broadcasts.py.
"""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now

from calls.adapters import adapters_for
from calls.models.call import Call
from calls.models.monitor import Reconciliation
from calls.monitoring.broadcasts import broadcasting, running_at, stop_orphans
from calls.monitoring.late_legs import terminate_again
from calls.monitoring.schedule import check_now
from liveplatform.accounts.models import Connection
from liveplatform.work.models import AttemptFn
from liveplatform.work.outcomes import Outcome, postpone
from providers.base import Adapter, ListsLive
from providers.errors import ProviderError

log = structlog.get_logger(__name__)

# Seconds until a provider that did not answer is asked again.
NO_ANSWER_RETRY_SECONDS = 60.0


def prepare(rows: Sequence[Reconciliation]) -> list[AttemptFn]:
    """One attempt per connection: it reads the provider's lists of live calls and broadcasts."""
    providers, broadcast = adapters_for(row.connection_id for row in rows), broadcasting(rows)
    return [
        partial(_list_live, providers[row.connection_id], broadcasts=row.connection_id in broadcast)
        for row in rows
    ]


def _list_live(provider: Adapter | ProviderError, *, broadcasts: bool = False) -> Outcome:
    interval = settings.RECONCILE_INTERVAL
    if isinstance(provider, ProviderError):
        return postpone(interval, {"unanswered": str(provider)})
    found = running_at(provider) if broadcasts else {}
    if not isinstance(provider, ListsLive):
        return postpone(interval, {"unanswered": "This provider has no list of what is live."} | found)
    try:
        return postpone(interval, {"live": sorted(provider.live_ids())} | found)
    except ProviderError as error:
        return postpone(min(NO_ANSWER_RETRY_SECONDS, interval), {"unanswered": str(error)} | found)


def settled(rows: Sequence[Reconciliation]) -> None:
    """Compare each list with what is here; a summary takes its place in the row's result."""
    for row in rows:
        result = dict(row.result)
        if (live := result.pop("live", None)) is not None:
            result.pop("unanswered", None)
            result |= _compare(row.connection, live)
        if (running := result.pop("broadcasts", None)) is not None:
            result.pop("broadcasts_unanswered", None)
            result |= stop_orphans(row.connection, running)
        if result != row.result:
            row.result = result
            row.save(update_fields=["result"])


def _compare(connection: Connection, live: list[str]) -> dict[str, int]:
    gone = list(_missing(connection, live).values_list("pk", flat=True))
    check_now(gone)
    listed, ended = _listed(connection, live)
    again = sum(terminate_again(call_id, paced=True) for call_id in sorted(ended))
    found = {
        "live_there": len(live),
        "gone_there": len(gone),
        "live_after_end": len(ended),
        "again": again,
        "unknown_here": len(live) - listed,
    }
    if gone or again:
        log.warning("reconciled", connection=str(connection.pk), **found)
    return found


def _missing(connection: Connection, live: Sequence[str]) -> QuerySet[Call]:
    """Calls that are live here, not listed, and not reported on by the provider within the interval."""
    calls = Call.objects.filter(
        Q(provider_seen_at=None) | Q(provider_seen_at__lt=_ago(settings.RECONCILE_INTERVAL)),
        account=connection.account_id,
        connection=connection,
        ended_at=None,
        created_at__lt=_ago(settings.RECONCILE_LAG),
    )
    return calls.exclude(status=Call.Status.SCHEDULED).exclude(provider_call_id__in=["", *live])


def _listed(connection: Connection, live: Sequence[str]) -> tuple[int, list[UUID]]:
    """How many listed calls are known here, and which of them ended more than RECONCILE_LAG ago.

    Or were to end, and the attempts to end them were given up.
    """
    calls = Call.objects.filter(connection=connection, provider_call_id__in=live)
    lag = _ago(settings.RECONCILE_LAG)
    over = Q(ended_at__lt=lag) | Q(status=Call.Status.ERRORED, end_requested_at__lt=lag)
    known = calls.exclude(provider_call_id="").annotate(ended=over)
    rows = list(known.values_list("pk", "ended"))
    return len(rows), [pk for pk, ended in rows if ended]


def _ago(seconds: float) -> CombinedExpression:
    return Now() - timedelta(seconds=seconds)
