"""The open calls of an account that is deactivated: ended by an ordinary operation, scheduled ones too.

So are the hang-ups that were given up, of calls that have ended here, taken up again.
"""

from uuid import UUID

from calls.bulk.given_up import given_up_calls
from calls.bulk.operations import start_operation
from calls.filters import CallFilter
from calls.models.call import Call
from calls.models.end_code import EndCode
from calls.sql import take_up_given_up
from liveplatform.accounts.deactivation import RunningWork

REASON = "The account was deactivated."
OPEN_STATUSES = (Call.Status.SCHEDULED, Call.Status.LIVE, Call.Status.ERRORED)


def count_open(account_id: UUID) -> int:
    """How many calls of the account have not ended."""
    return Call.objects.filter(account_id=account_id, ended_at=None).count()


def end_open(account_id: UUID, actor: str) -> str:
    """Start an operation that ends them."""
    everything = CallFilter.from_json({"status": {"in": [status.value for status in OPEN_STATUSES]}})
    operation = start_operation(
        account_id, everything, reason=REASON, code=EndCode.ENDED_BY_STAFF, actor=actor
    )
    return f"Operation {operation.pk} ends its open calls."


def count_given_up(account_id: UUID) -> int:
    """How many calls of the account have ended here, and may run: their hang-up was given up."""
    return given_up_calls(Call.objects.filter(account_id=account_id), account_id).count()


def take_up_all(account_id: UUID, actor: str) -> str:
    """Take these hang-ups up again."""
    return f"{take_up_given_up(account_id, actor)} hang-ups are taken up again."


OPEN_CALLS = RunningWork("open calls", count_open, end_open)
GIVEN_UP = RunningWork("hang-ups that were given up", count_given_up, take_up_all)
