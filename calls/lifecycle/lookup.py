"""Find a call of an account."""

from uuid import UUID

from calls.exceptions import CallNotFound
from calls.models import Call


def get_call(call_id: UUID, account_id: UUID, channel: Call.Channel | None = None) -> Call:
    """The account's call with this id (and of this channel, if one is given); raises CallNotFound."""
    calls = Call.objects.filter(pk=call_id, account_id=account_id)
    call = (calls.filter(channel=channel) if channel else calls).first()
    if call is None:
        raise CallNotFound(str(call_id))
    return call
