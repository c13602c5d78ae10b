"""Asks a call's provider for its price, a bounded number of times; what stays without one is `failed`."""

from collections.abc import Sequence
from functools import partial

from django.db.models.functions import Now

from calls.adapters import adapters_for
from calls.models.call import Call
from calls.models.price_check import PriceCheck
from calls.prices.schedule import DELAYS
from calls.publish import publish_update
from liveplatform.work.models import AttemptFn
from liveplatform.work.outcomes import Outcome, fail, postpone, skip, succeeded
from providers.base import Adapter, ReportsCalls
from providers.errors import ProviderError

NO_PRICE = "The provider has named no price"


def prepare(checks: Sequence[PriceCheck]) -> list[AttemptFn]:
    """One attempt per check."""
    calls = Call.objects.in_bulk([check.call_id for check in checks])
    providers = adapters_for(call.connection_id for call in calls.values())
    return [
        _attempt(check, calls[check.call_id], providers[calls[check.call_id].connection_id])
        for check in checks
    ]


def _attempt(check: PriceCheck, call: Call, provider: Adapter | ProviderError) -> AttemptFn:
    if call.cost is not None:
        return partial(skip, "The price is known.")
    return partial(_ask, call.provider_call_id, provider, check.result.get("asked", 0) + 1)


def _ask(leg_id: str, provider: Adapter | ProviderError, asked: int) -> Outcome:
    """`asked`: how many times, this one included; answers that were lost count too."""
    try:
        if isinstance(provider, ProviderError):
            raise provider
        if not isinstance(provider, ReportsCalls):
            return skip("The provider names no prices.")
        leg = provider.call_status(leg_id)
    except ProviderError as error:
        return _not_known(asked, str(error))
    if leg.cost:
        return succeeded({"cost": leg.cost, "price_unit": leg.price_unit})
    return _not_known(asked, "")


def _not_known(asked: int, reason: str) -> Outcome:
    if asked < len(DELAYS):
        return postpone(DELAYS[asked], {"asked": asked} | ({"unanswered": reason} if reason else {}))
    text = f"{NO_PRICE}, and was asked {asked} times."
    return fail(f"{text} {reason}".strip())


def settled(checks: Sequence[PriceCheck]) -> None:
    """Record the prices, and publish call.updated; in the transaction of the outcomes, calls locked."""
    final = [check for check in checks if check.state in (PriceCheck.State.DONE, PriceCheck.State.SKIPPED)]
    calls = Call.objects.in_bulk([check.call_id for check in final])
    for check in final:
        call = calls[check.call_id]
        if check.state == PriceCheck.State.DONE and call.cost is None:
            _record(call, check.result["cost"], check.result["price_unit"])
    PriceCheck.objects.filter(pk__in=[check.pk for check in final]).delete()


def _record(call: Call, cost: str, unit: str) -> None:
    call.set_cost(cost, unit)
    call.updated_at = Now()
    call.event_sequence += 1
    call.save(update_fields=["cost", "price_unit", "updated_at", "event_sequence"])
    call.refresh_from_db(fields=["updated_at"])
    publish_update(call, ["cost", "price_unit"])
