"""Open a room so that it is on record before it can exist: a lost answer leaves no room for ever.

The room's id is ours. Its RoomOpening is committed before the provider is asked. `settle` deletes it with the
transaction that makes the room a call's; else a worker deletes the room (post_processing/lost_rooms.py).
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models.functions import Now

from calls.models.room_opening import RoomOpening
from liveplatform.accounts.models import Connection
from providers.base import HasRooms
from providers.errors import ProviderError, Unavailable, UnknownOutcome

# A request that was not answered may still be carried out: the first look comes so much later.
FIRST_LOOK = timedelta(seconds=2)


def open_on_record(
    rooms: HasRooms,
    connection: Connection,
    call_id: UUID,
    *,
    room_type: str,
    room_id: str,
    **room: Any,  # noqa: ANN401 - what HasRooms.open_room takes besides
) -> RoomOpening:
    """Open the room; returns its opening, which the caller settles. Raises ProviderError.

    The opening is kept only if the room may exist; then a worker deletes the room.
    """
    opening = record(connection, call_id, room_type, room_id)
    try:
        rooms.open_room(room_type, room_id, **room)
    except UnknownOutcome:
        RoomOpening.objects.filter(pk=opening.pk).update(due_at=Now() + FIRST_LOOK)
        raise
    except ProviderError:
        RoomOpening.objects.filter(pk=opening.pk).delete()
        raise
    return opening


def settle(call_id: UUID, *, repeatable: bool = False) -> None:
    """The room is the call's; in the transaction that says so. Openings that failed before it are dropped.

    `repeatable`: requests are repeated under this id, so a worker may have an opening of a former one.

    Raises Unavailable if this process was frozen, or the database away, for so long that a worker deletes the
    room already.
    """
    openings = RoomOpening.objects.filter(call_id=call_id)
    deleted, _ = openings.exclude(state=RoomOpening.State.RUNNING).delete()
    if not deleted or (repeatable and openings.filter(state=RoomOpening.State.RUNNING).exists()):
        raise Unavailable("Opening the room took too long; try again.", code="too_late")


def drop(opening: RoomOpening) -> None:
    """The room is that of a call which a concurrent request has written."""
    RoomOpening.objects.filter(pk=opening.pk, state=RoomOpening.State.PENDING).delete()


def record(connection: Connection, call_id: UUID, room_type: str, room_id: str) -> RoomOpening:
    """Put an opening on record. Due when the request must be over, so only if this process dies."""
    return RoomOpening.objects.create(
        connection=connection,
        call_id=call_id,
        room_type=room_type,
        room_id=room_id,
        tenant_key=connection.account_id,
        concurrency_key=connection.pk,
        max_attempts=RoomOpening.MAX_ATTEMPTS,
        due_at=Now() + timedelta(seconds=3 * settings.PROVIDER_TIMEOUT + 5),
    )
