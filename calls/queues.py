"""What the queues of rows about one call have in common."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from calls.models.call import Call


class AboutCall(Protocol):
    """A row with the id of its call; None while the call is not known."""

    @property
    def call_id(self) -> UUID | None: ...


def lock_calls(rows: Sequence[AboutCall]) -> None:
    """Lock the calls of these rows until the transaction is over."""
    Call.lock(row.call_id for row in rows if row.call_id)


def call_context(row: AboutCall) -> dict[str, str]:
    """The call's id, for log lines."""
    return {"call_id": str(row.call_id)} if row.call_id else {}
