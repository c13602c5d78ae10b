"""How a video call stands at its provider at this moment, best effort."""

from dataclasses import dataclass
from datetime import datetime

from calls.adapters import adapter_for
from calls.models import Call
from calls.monitoring.schedule import check_now
from liveplatform.crypto import DecryptionFailed
from providers.base import HasRooms
from providers.errors import ProviderError

# A get must stay quick whatever the provider does.
STATUS_TIMEOUT = 2.0


@dataclass(frozen=True)
class LiveStatus:
    """What the provider says."""

    is_live: bool
    current_session_id: str | None
    ended_at: datetime | None


def live_status(call: Call) -> LiveStatus | None:
    """None if the provider says nothing within TIMEOUT, or is failing and left in peace for a while.

    What it has confirmed of an ended call is on record, and it is not asked again. If it says "ended" of a
    call that is live here, the call's Watch looks at once.
    """
    if not call.provider_call_id:
        return None
    if call.is_over and call.provider_state == Call.ProviderState.ENDED:
        return LiveStatus(False, None, call.provider_ended_at)
    try:
        rooms = adapter_for(call.connection, timeout=STATUS_TIMEOUT)
        if not isinstance(rooms, HasRooms):
            return None
        room = rooms.room(call.stream_call_type, call.provider_call_id)
    except (ProviderError, DecryptionFailed):
        return None
    if room.ended_at and not call.is_over:
        check_now([call.pk])
    return LiveStatus(room.is_live, room.session_id or None, room.ended_at)
