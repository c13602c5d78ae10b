"""End a call: the one verb behind every API, provider event, admin action, rule and task that ends a call.

The end is one statement (calls/sql.py): compare-and-set of the status, the post-processing steps, and the
event `call.ended` with its deliveries. Of concurrent requests one ends the call; the others get its row.
"""

from dataclasses import dataclass
from uuid import UUID

import structlog

from calls.exceptions import CallNotFound, NoPhoneNumber
from calls.lifecycle.lookup import get_call
from calls.models import Call
from calls.models.end_code import DEFAULT_REASON, EndCode
from calls.sql import end_if_live

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class EndResult:
    """The ended call, and whether this request ended it (False: it had ended before)."""

    call: Call
    changed: bool


def end(
    call_id: UUID,
    *,
    account_id: UUID,
    reason: str = "",
    code: EndCode = EndCode.ENDED_BY_API,
    actor: str,
    require_own_number: bool = False,
) -> EndResult:
    """End a call now; its post-processing is queued in the same transaction.

    `reason` is free text (default "Ended Via API call"), `actor` says who ended it ("key:…", "staff:…",
    "provider:twilio"). Raises CallNotFound if the account has no such call, and with `require_own_number`
    NoPhoneNumber if a live call runs over none of the account's numbers.
    """
    call = end_if_live(call_id, account_id, reason or DEFAULT_REASON, code.value, actor, require_own_number)
    if call is not None:
        log.info("call_ended", call_id=str(call.pk), end_code=call.end_code, by=actor)
        return EndResult(call, changed=True)
    return EndResult(_current(call_id, account_id), changed=False)


def end_from_task(call_id: UUID, reason: str = "") -> str:
    """End a call of any account on an operator's request; returns a sentence. Raises CallNotFound."""
    account_id = Call.objects.filter(pk=call_id).values_list("account_id", flat=True).first()
    if account_id is None:
        raise CallNotFound(str(call_id))
    reason = reason or "Ended by a task"
    result = end(call_id, account_id=account_id, reason=reason, code=EndCode.ENDED_BY_STAFF, actor="task")
    return f"{call_id}: {'ended' if result.changed else 'had ended'} at {result.call.ended_at:%H:%M:%S} UTC."


def _current(call_id: UUID, account_id: UUID) -> Call:
    """The call that the statement did not end: it had ended, or runs over no number of the account."""
    call = get_call(call_id, account_id)
    if not call.is_over:
        log.warning("end_without_number", call_id=str(call_id))
        raise NoPhoneNumber(str(call_id))
    return call
