"""The queue of price checks: each asks a call's provider for its price."""

from calls.models.price_check import PriceCheck
from calls.prices import check
from calls.queues import call_context, lock_calls
from liveplatform.work.queue import Queue

PRICE_CHECKS = Queue(
    model=PriceCheck,
    prepare=check.prepare,
    lock=lock_calls,
    settled=check.settled,
    log_context=call_context,
)
