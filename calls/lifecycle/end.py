"""The end of a call: the one thing that every door says.

API, provider's event, admin, beat and emergency stop all call `end`. It is one statement, which
calls/sql.py has: compare-and-set to ended, the Steps that follow, and the Event. The loser of
a race gets the winner's row and changes nothing.
"""

from dataclasses import dataclass
from uuid import UUID

import structlog

from calls.models import Call
from calls.models.end_code import DEFAULT_REASON, EndCode
from calls.sql import end_if_live

log = structlog.get_logger(__name__)


class CallNotFound(Exception):
    """No such call in this account."""


class NoPhoneNumber(Exception):
    """The call runs over no phone number of the account."""


@dataclass(frozen=True)
class EndResult:
    """The call as it stands, and whether it was this very request that ended it."""

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
    """End a call, here and now; what must follow is on record when this returns.

    `reason` is free text (default "Ended Via API call"), `actor` says who ended it ("key:…",
    "staff:…", "provider:twilio"). Raises CallNotFound for an id that is not in this account, and with
    `require_own_number` NoPhoneNumber for a live call that runs over none of the account's numbers.
    """
    call = end_if_live(call_id, account_id, reason or DEFAULT_REASON, code.value, actor, require_own_number)
    if call is not None:
        log.info("call_ended", call_id=str(call.pk), end_code=call.end_code, by=actor)
        return EndResult(call, changed=True)
    return EndResult(_current(call_id, account_id), changed=False)


def _current(call_id: UUID, account_id: UUID) -> Call:
    call = get_call(call_id, account_id)
    if not call.is_over:
        log.warning("end_without_number", call_id=str(call_id))
        raise NoPhoneNumber(str(call_id))
    return call


def get_call(call_id: UUID, account_id: UUID, channel: Call.Channel | None = None) -> Call:
    """The call with this id in this account (and of this channel); CallNotFound otherwise."""
    calls = Call.objects.filter(pk=call_id, account_id=account_id)
    call = (calls.filter(channel=channel) if channel else calls).first()
    if call is None:
        raise CallNotFound(str(call_id))
    return call
