"""Create a video call: a room at the account's video provider, and the call's row."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from calls.adapters import adapter_for, default_room_connection
from calls.lifecycle.room_opening import drop, open_on_record, settle
from calls.models import Call
from calls.monitoring.deadlines import provider_limit
from calls.monitoring.schedule import start_monitor
from calls.publish import CREATED, STARTED, publish
from liveplatform.accounts.models import Account, Connection
from liveplatform.accounts.provider_waits import waiting_for
from providers.base import HasRooms
from providers.errors import NotConfigured, Unavailable
from providers.registry import room_provider_labels

# GetStream's predefined call type (https://getstream.io/video/docs/api/); LiveKit has no types.
DEFAULT_ROOM_TYPE = "default"


@dataclass(frozen=True)
class VideoCallRequest:
    """The parameters of a new video call."""

    host_user_id: str
    title: str
    scheduled_at: datetime | None = None  # None: live at once
    metadata: dict[str, Any] = field(default_factory=dict)
    time_limit: int | None = None  # seconds; None: the account's default
    actor: str = ""  # who creates it ("key:…", "staff:…")
    provider: str = ""  # one of adapters.ROOM_PROVIDERS; empty: the first one that is connected
    call_id: UUID | None = None  # of the caller's own; None: a new one
    is_followed: bool = False  # Call.is_followed


@dataclass(frozen=True)
class VideoCallPlan:
    """A video call that is not written yet, and the provider that is to open its room."""

    call: Call
    connection: Connection
    rooms: HasRooms

    def room(self) -> dict[str, Any]:
        """What the provider's `open_room` takes."""
        call = self.call
        return {
            "room_type": DEFAULT_ROOM_TYPE,
            "room_id": call.provider_call_id,
            "created_by": call.host_user_id,
            "custom": provider_room_data(call.pk, call.title),
            "starts_at": call.scheduled_at,
            "max_seconds": provider_limit(call),
        }


def create_video_call(account_id: UUID, request: VideoCallRequest) -> Call:
    """Create a video call: live at once, or scheduled if it has a time.

    The room is created under the call's own id before the row is written, so there is never a row without a
    room. Raises NotConfigured or another ProviderError; then there is no call, and a room whose answer was
    lost is deleted. With a `call_id` a call that exists is returned, so that repeats make no second room.
    """
    if found := find_requested(account_id, request):
        return found
    plan = plan_video_call(account_id, request)
    with waiting_for(plan.connection):
        opening = open_on_record(plan.rooms, plan.connection, plan.call.pk, **plan.room())
    try:
        with transaction.atomic():
            return save_video_call(plan.call, repeatable=request.call_id is not None)
    except (IntegrityError, Unavailable):
        found = find_requested(account_id, request)
        if found is None:
            raise
        drop(opening)
        return found


def find_requested(account_id: UUID, request: VideoCallRequest) -> Call | None:
    """The call that an earlier request with the same `call_id` made."""
    if request.call_id is None:
        return None
    return Call.objects.filter(pk=request.call_id, account_id=account_id).first()


def plan_video_call(
    account_id: UUID, request: VideoCallRequest, connection: Connection | None = None
) -> VideoCallPlan:
    """What is to be asked of which provider, over this connection if one is given. Raises NotConfigured."""
    connection = connection or default_room_connection(account_id, request.provider)
    rooms = _room_adapter(connection)
    assert connection is not None  # noqa: S101 - else there would be no adapter
    return VideoCallPlan(_new_call(account_id, connection, request), connection, rooms)


def save_video_call(call: Call, *, repeatable: bool) -> Call:
    """Write the call whose room is open, with its events; in a transaction of the caller's.

    `repeatable`: its id is the requester's. Raises Unavailable if its room may be deleted: it took too long.
    Then ask for it again.
    """
    settle(call.pk, repeatable=repeatable)
    live = call.status == Call.Status.LIVE
    events = [CREATED, STARTED] if live else [CREATED]
    call.started_at, call.event_sequence = Now() if live else None, len(events)
    call.save(force_insert=True)
    call.refresh_from_db()
    publish(call, *events)
    start_monitor(call)
    return call


def provider_room_data(call_id: UUID, title: str) -> dict[str, str]:
    """The room's custom data, which the provider shows to all participants; so it has no metadata."""
    return {"liveplatform_call_id": str(call_id), "title": title}


def default_time_limit(account_id: UUID) -> int | None:
    """The account's time limit for calls, in seconds; None: no limit."""
    return Account.objects.values_list("call_time_limit", flat=True).get(pk=account_id)


def _room_adapter(connection: Connection | None) -> HasRooms:
    provider = adapter_for(connection)
    if not isinstance(provider, HasRooms):
        raise NotConfigured(f"The connection has no rooms; connect {' or '.join(room_provider_labels())}.")
    return provider


def _new_call(account_id: UUID, connection: Connection, request: VideoCallRequest) -> Call:
    live = request.scheduled_at is None
    limits = Account.objects.only("call_time_limit", "call_join_limit").get(pk=account_id)
    call = Call(
        account_id=account_id,
        channel=Call.Channel.VIDEO,
        created_by=request.actor,
        status=Call.Status.LIVE if live else Call.Status.SCHEDULED,
        scheduled_at=request.scheduled_at,
        connection=connection,
        provider=connection.provider,
        provider_state=Call.ProviderState.LIVE,
        stream_call_type=DEFAULT_ROOM_TYPE,
        host_user_id=request.host_user_id,
        title=request.title,
        metadata=request.metadata,
        time_limit=request.time_limit or limits.call_time_limit,
        join_limit=limits.call_join_limit,
        is_followed=request.is_followed,
    )
    if request.call_id:
        call.pk = request.call_id
    call.provider_call_id = str(call.pk)
    return call
