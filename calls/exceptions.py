"""What may be done to a call depends on where it stands."""

from calls.models import Call


class CallStateError(Exception):
    """Not while the call is where it is; the text says where that is, and what is possible."""


def require_open(call: Call, what: str) -> None:
    """WrongState for a call that is over, or is being ended."""
    if call.is_over:
        raise CallStateError(f"The call ended at {call.ended_at:%Y-%m-%dT%H:%M:%SZ}; {what}")
    if call.end_requested_at:
        raise CallStateError(f"The call is being ended; {what}")
