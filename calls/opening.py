"""Opening a video call: the row, and the room behind it at the account's video provider."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from calls.connecting import adapter, with_rooms
from calls.models import Call
from calls.watching.starting import watch
from liveplatform.accounts.models import Account, Connection
from liveplatform.work.models import uuid7
from providers.base import HasRooms
from providers.errors import NotConfigured

# Seed 000 names its ids after Stream; this is Stream's own type of rooms. LiveKit has no types.
ROOM_TYPE = "default"


@dataclass(frozen=True)
class Opening:
    """What a caller asks for."""

    host_user_id: str
    title: str
    scheduled_at: datetime | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    time_limit: int | None = None  # seconds; None: the account's default
    by: str = ""  # whose wish it is
    provider: str = ""  # one of connecting.WITH_ROOMS; empty: the first one that is connected


def open_call(account_id: UUID, wish: Opening) -> Call:
    """Create a video call: live at once, or scheduled if it has a time.

    The room is asked for with the call's own id before the row is written, so a lost answer leaves an
    empty room that nobody joined, and no row without a room. Raises NotConfigured or another
    ProviderError; then there is no call.
    """
    connection = with_rooms(account_id, wish.provider)
    rooms = _rooms(connection)
    call_id = uuid7()
    rooms.open_room(
        ROOM_TYPE,
        str(call_id),
        created_by=wish.host_user_id,
        custom=shown_to_participants(call_id, wish.title),
        starts_at=wish.scheduled_at,
    )
    with transaction.atomic():
        return _record(call_id, account_id, connection, wish)


def shown_to_participants(call_id: UUID, title: str) -> dict[str, str]:
    """What the provider shows to everybody in the call. Never its metadata: those are the customer's."""
    return {"liveplatform_call_id": str(call_id), "title": title}


def default_limit(account_id: UUID) -> int | None:
    """How long (s) a call of this account may last if nobody says otherwise; None: for ever."""
    return Account.objects.values_list("call_time_limit", flat=True).get(pk=account_id)


def _rooms(connection: Connection | None) -> HasRooms:
    provider = adapter(connection)
    if not isinstance(provider, HasRooms):
        raise NotConfigured("The connection has no rooms; connect GetStream Video or LiveKit.")
    return provider


def _record(call_id: UUID, account_id: UUID, connection: Connection | None, wish: Opening) -> Call:
    live = wish.scheduled_at is None
    call = Call.objects.create(
        id=call_id,
        account_id=account_id,
        channel=Call.Channel.VIDEO,
        created_by=wish.by,
        status=Call.Status.LIVE if live else Call.Status.SCHEDULED,
        scheduled_at=wish.scheduled_at,
        started_at=Now() if live else None,
        connection=connection,
        provider=connection.provider if connection else "",
        provider_call_id=str(call_id),
        provider_state=Call.ProviderState.LIVE,
        stream_call_type=ROOM_TYPE,
        host_user_id=wish.host_user_id,
        title=wish.title,
        metadata=wish.metadata,
        time_limit=wish.time_limit or default_limit(account_id),
    )
    watch(call)
    call.refresh_from_db()
    return call
