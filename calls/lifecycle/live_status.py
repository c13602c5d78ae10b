"""The current state of a video call's room at its provider, best effort."""

from dataclasses import dataclass
from datetime import datetime

from calls.adapters import adapter_for
from calls.models import Call
from calls.monitoring.schedule import check_now
from liveplatform.accounts.provider_waits import waiting_for
from liveplatform.crypto import DecryptionFailed
from providers.base import HasRooms
from providers.errors import ProviderError

STATUS_TIMEOUT = 2.0  # seconds; a GET stays fast even if the provider is slow


@dataclass(frozen=True)
class LiveStatus:
    """The room's state as the provider reports it."""

    is_live: bool
    current_session_id: str | None
    ended_at: datetime | None


def live_status(call: Call) -> LiveStatus | None:
    """The room's state; None if the provider does not answer within STATUS_TIMEOUT, its breaker is open,
    or too many requests wait for it.

    An end that the provider has confirmed is read from the row. If it reports the end of a call that is live
    here, the call's monitor checks it at once.
    """
    if not call.provider_call_id:
        return None
    if call.is_over and call.provider_state == Call.ProviderState.ENDED:
        return LiveStatus(False, None, call.provider_ended_at)
    try:
        rooms = adapter_for(call.connection, timeout=STATUS_TIMEOUT)
        if not isinstance(rooms, HasRooms):
            return None
        with waiting_for(call.connection):
            room = rooms.room(call.stream_call_type, call.provider_call_id)
    except (ProviderError, DecryptionFailed):
        return None
    if room.ended_at and not call.is_over:
        check_now([call.pk])
    return LiveStatus(room.is_live, room.session_id or None, room.ended_at)
