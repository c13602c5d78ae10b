"""The round over a connection: what is live here against what is live at the provider, both ways.

Live here and gone there: its Watch looks at once, and proves it. Ended here and live there: it is hung up
again, and alarmed. Legs that nobody here knows are counted and left alone: the customer may use the same
account at the provider for other things.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings

from calls.adapters import adapters_for
from calls.models.call import Call
from calls.models.monitor import Reconciliation
from calls.monitoring.schedule import check_now
from calls.representation import represent_call
from liveplatform.db.prepared import execute_prepared
from liveplatform.webhooks.publish import publish
from liveplatform.work.doorbell import ring
from liveplatform.work.models import AttemptFn
from liveplatform.work.outcomes import Outcome, postpone
from providers.base import Adapter, ListsLive
from providers.errors import ProviderError

log = structlog.get_logger(__name__)

# Live here and not on the list; what was asked about since the last round need not be asked again.
MISSING_AT_PROVIDER = """
SELECT c.id FROM calls_call c JOIN accounts_connection n ON n.id = %(connection)s
WHERE c.account_id = n.account_id AND c.connection_id = n.id AND c.ended_at IS NULL
  AND c.provider_call_id <> '' AND c.provider_call_id <> ALL(%(live)s::text[]) AND c.status <> 'scheduled'
  AND c.created_at < now() - make_interval(secs => %(lag)s)
  AND (c.provider_seen_at IS NULL OR c.provider_seen_at < now() - make_interval(secs => %(every)s))
"""

LISTED_CALLS = """
SELECT c.id, c.provider_call_id,
       c.ended_at IS NOT NULL AND c.ended_at < now() - make_interval(secs => %(lag)s) AS ended
FROM calls_call c WHERE c.provider_call_id = ANY(%(live)s::text[]) AND c.connection_id = %(connection)s
"""


def prepare(rounds: Sequence[Reconciliation]) -> list[AttemptFn]:
    """One job per connection: its provider's list."""
    providers = adapters_for(each.connection_id for each in rounds)
    return [partial(_list_live, providers[each.connection_id]) for each in rounds]


def _list_live(provider: Adapter | ProviderError) -> Outcome:
    if isinstance(provider, ProviderError):
        return postpone(settings.RECONCILE_INTERVAL, {"unanswered": str(provider)})
    if not isinstance(provider, ListsLive):
        return postpone(
            settings.RECONCILE_INTERVAL, {"unanswered": "This provider has no list of what is live."}
        )
    try:
        return postpone(settings.RECONCILE_INTERVAL, {"live": sorted(provider.live_ids())})
    except ProviderError as error:
        return postpone(min(60.0, settings.RECONCILE_INTERVAL), {"unanswered": str(error)})


def settled(rounds: Sequence[Reconciliation]) -> None:
    """Compare; the list gives way to a summary of what was found."""
    for each in rounds:
        if "live" in each.result:
            each.result = _compare(each.connection_id, each.result["live"])
            each.save(update_fields=["result"])


def _compare(connection_id: UUID, live: list[str]) -> dict[str, int]:
    given: dict[str, Any] = {"connection": connection_id, "live": live}
    given["lag"] = float(settings.RECONCILE_LAG)
    given["every"] = float(settings.RECONCILE_INTERVAL)
    gone = [row[0] for row in execute_prepared(MISSING_AT_PROVIDER, given).fetchall()]
    check_now(gone)
    del given["every"]
    known = execute_prepared(LISTED_CALLS, given).fetchall()
    ended = [call_id for call_id, _, is_over in known if is_over]
    again = sum(terminate_again(call_id) for call_id in sorted(ended))
    found = {"live_there": len(live), "gone_there": len(gone), "live_after_end": len(ended), "again": again}
    found["unknown_here"] = len(live) - len(known)
    if gone or ended:
        log.warning("reconciled", connection=str(connection_id), **found)
    return found


def terminate_again(call_id: UUID) -> bool:
    """Ended here and live there: terminate runs again, unless it is under way; told once per finding.

    In the caller's transaction.
    """
    call = Call.objects.select_for_update(of=("self",)).get(pk=call_id)
    step = call.steps.filter(kind="terminate").first()
    if step is None or not step.retry():
        return False
    call.provider_state = Call.ProviderState.LIVE
    call.event_sequence += 1
    call.save(update_fields=["provider_state", "event_sequence"])
    publish(call.account_id, call.pk, call.event_sequence, "call.still_live", {"call": represent_call(call)})
    ring("steps")
    log.error("call_still_live", call_id=str(call_id), provider=call.provider)
    return True
