"""Reconciles a connection: the calls that are live here against the list of live calls of its provider.

Live here, not listed: the call's monitor checks it at once. Ended here, listed: it is terminated again and
reported, at a growing pace if its provider refuses for good. Listed, unknown here: counted only, since the
customer may use the account at the provider for other purposes.
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
    """One attempt per connection: it reads the provider's list of live calls."""
    providers = adapters_for(row.connection_id for row in rows)
    return [partial(_list_live, providers[row.connection_id]) for row in rows]


def _list_live(provider: Adapter | ProviderError) -> Outcome:
    interval = settings.RECONCILE_INTERVAL
    if isinstance(provider, ProviderError):
        return postpone(interval, {"unanswered": str(provider)})
    if not isinstance(provider, ListsLive):
        return postpone(interval, {"unanswered": "This provider has no list of what is live."})
    try:
        return postpone(interval, {"live": sorted(provider.live_ids())})
    except ProviderError as error:
        return postpone(min(NO_ANSWER_RETRY_SECONDS, interval), {"unanswered": str(error)})


def settled(rows: Sequence[Reconciliation]) -> None:
    """Compare each list with the calls here; a summary takes its place in the row's result."""
    for row in rows:
        if "live" in row.result:
            row.result = _compare(row.connection, row.result["live"])
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
