"""Make a session's call when its join window opens, under the id that follows from the session's.

The room is on record before the provider is asked (calls/lifecycle/room_opening): should this process die, a
repeat opens the same room, or it is deleted.
"""

from functools import partial
from uuid import UUID

from calls.lifecycle.create_video import VideoCallPlan, find_requested, plan_video_call, save_video_call
from calls.lifecycle.room_opening import record
from calls.models import Call
from calls.provider_request import provider_request
from liveplatform.accounts.models import Connection
from liveplatform.work.models import AttemptFn
from liveplatform.work.outcomes import Outcome, skip, succeeded
from providers.base import HasRooms
from providers.errors import ProviderError
from sessions_app.lifecycle.call import bind_call, call_request
from sessions_app.models import Session, SessionDuty

CONNECTION = "connection_id"


def prepare(duty: SessionDuty) -> AttemptFn:
    """An attempt that opens the room; nothing is to be done if the session is over, or has its call."""
    session = duty.session
    if not needs_call(session):
        return partial(skip, "The session has its call, or is over.")
    try:
        plan = plan_video_call(session.account_id, call_request(session))
    except ProviderError as error:
        return provider_request(error, lambda _: succeeded())
    room = plan.room()
    record(plan.connection, plan.call.pk, room["room_type"], room["room_id"])
    return provider_request(plan.rooms, partial(_open, plan), duty.lease_until)


def settled(session: Session, duty: SessionDuty) -> None:
    """Write the call of the room that was opened; the session is locked."""
    if CONNECTION not in duty.result or not needs_call(session):
        return
    request = call_request(session)
    call = find_requested(session.account_id, request)
    if call is None:
        connection = Connection.objects.get(pk=UUID(duty.result[CONNECTION]))
        plan = plan_video_call(session.account_id, request, connection)
        call = save_video_call(plan.call, repeatable=True)
    bind_call(session, call)


def needs_call(session: Session) -> bool:
    """Whether the session is to have a call, and has none that runs or will."""
    if session.is_over:
        return False
    return not (session.call_id and Call.objects.filter(pk=session.call_id, ended_at=None).exists())


def _open(plan: VideoCallPlan, rooms: HasRooms) -> Outcome:
    rooms.open_room(**plan.room())
    return succeeded({CONNECTION: str(plan.connection.pk)})
