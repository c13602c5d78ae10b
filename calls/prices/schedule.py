"""Schedules when a call's provider is asked for its price."""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models.functions import Now

from calls.models.answer import UNANSWERED_STATUSES
from calls.models.call import Call
from calls.models.price_check import PriceCheck
from liveplatform.work.models import NO_KEY

# Seconds after the confirmed end until the provider is asked, and between further requests.
DELAYS = (60.0, 300.0, 1800.0, 2 * 3600.0, 12 * 3600.0)


def schedule_price_checks(calls: Iterable[Call]) -> None:
    """Ask later for the prices of those that ended at their provider and have none; in one statement.

    Only phone calls have a price, and only if they were answered.
    """
    rows = [
        PriceCheck(
            call=call,
            tenant_key=call.account_id,
            concurrency_key=call.connection_id or NO_KEY,
            due_at=Now() + timedelta(seconds=DELAYS[0]),
        )
        for call in calls
        if _lacks_price(call)
    ]
    if rows:
        PriceCheck.objects.bulk_create(rows, ignore_conflicts=True)


def _lacks_price(call: Call) -> bool:
    return (
        call.channel == Call.Channel.PHONE
        and call.cost is None
        and call.connection_id is not None
        and call.provider_state == Call.ProviderState.ENDED
        and call.provider_confirmed_at is not None
        and call.provider_status not in UNANSWERED_STATUSES
    )
