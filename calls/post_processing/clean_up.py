"""Step `clean_up`: delete the helper room that was made for this call only (echo_room)."""

from functools import partial

from calls.models.step import NO_ROOM, Step
from calls.provider_request import provider_request
from liveplatform.work.models import AttemptFn
from liveplatform.work.outcomes import Outcome, skip, succeeded
from providers.base import Adapter, EndsRooms
from providers.errors import ProviderError


def attempt(step: Step, adapter: Adapter | ProviderError) -> AttemptFn:
    call = step.call
    if not call.room_id:
        return partial(skip, NO_ROOM)
    return provider_request(adapter, partial(_delete_room, call.room_type, call.room_id), step.lease_until)


def _delete_room(room_type: str, room_id: str, provider: EndsRooms) -> Outcome:
    provider.delete_room(room_type, room_id)
    return succeeded({"room": "deleted"})
