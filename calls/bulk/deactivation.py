"""The open calls of an account that is deactivated: ended by an ordinary operation, scheduled ones too."""

from uuid import UUID

from calls.bulk.operations import start_operation
from calls.filters import CallFilter
from calls.models.call import Call
from calls.models.end_code import EndCode
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


OPEN_CALLS = RunningWork("open calls", count_open, end_open)
