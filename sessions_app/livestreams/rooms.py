"""Which room a meeting is, and over which connection it is broadcast."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from calls.models import Call
from liveplatform.accounts.adapters import adapter_for
from liveplatform.accounts.models import Connection
from liveplatform.accounts.provider_waits import waiting_for
from providers.errors import NotConfigured
from providers.registry import PROVIDERS
from providers.streams import Broadcasts
from sessions_app.livestreams.exceptions import NotPossible
from sessions_app.models import App, Meeting, Session


@dataclass(frozen=True)
class Room:
    """A room at a provider that broadcasts rooms; `call`: whose room it is, if it is a session's."""

    connection: Connection
    type: str
    id: str
    call: Call | None = None


def broadcasting_providers() -> list[str]:
    """The providers that broadcast rooms, in order of preference."""
    return [name for name, each in PROVIDERS.items() if hasattr(each.adapter, "start_broadcast")]


def broadcasts(connection: Connection) -> bool:
    return connection.provider in broadcasting_providers()


def default_connection(account_id: UUID) -> Connection | None:
    """The account's default connection to the first provider that broadcasts rooms; None without any."""
    order = broadcasting_providers()
    found = Connection.objects.filter(account_id=account_id, provider__in=order, is_default=True)
    return min(found, key=lambda each: order.index(each.provider), default=None)


def connection_of(app: App) -> Connection:
    """The connection of the app's meetings. Raises NotConfigured."""
    connection = app.connection or default_connection(app.account_id)
    if connection is None:
        raise NotConfigured("The account has no connection to a provider that broadcasts rooms; add one.")
    return connection


def room_of_session(session: Session) -> Room:
    """The room of a live session. Raises NotPossible."""
    call = (
        Call.objects.select_related("connection").filter(pk=session.call_id, ended_at=None).first()
        if session.call_id
        else None
    )
    if session.status != Session.Status.LIVE or call is None:
        raise NotPossible("meeting_id", f"Its session is {session.status}; start the session first.")
    connection = call.connection
    if connection is None or not broadcasts(connection):
        raise NotPossible(
            "meeting_id", f"Its session's room is at {call.provider}, which broadcasts no rooms."
        )
    if not call.provider_call_id:
        raise NotPossible("meeting_id", "Its session's room is being made; try again in a moment.")
    return Room(connection, call.stream_call_type, call.provider_call_id, call)


def room_of(meeting: Meeting) -> Room:
    """The room of a meeting, with `app` and `session`; made now if it has none. No transaction may be open.

    Raises NotPossible, NotConfigured or another ProviderError.
    """
    if meeting.session is not None:
        return room_of_session(meeting.session)
    if meeting.room_id and meeting.connection is not None:
        return Room(meeting.connection, meeting.room_type, meeting.room_id)
    connection = connection_of(meeting.app)
    with waiting_for(connection):
        provider = adapter_for(connection)
        if not isinstance(provider, Broadcasts):
            raise NotPossible("app_id", f"{connection.provider} broadcasts no rooms.")
        kind, room_id = provider.broadcast_room(f"meeting-{meeting.pk.hex}", title=str(meeting))
    return _keep_room(meeting, Room(connection, kind, room_id))


def _keep_room(meeting: Meeting, made: Room) -> Room:
    """The meeting's room: of two first starts at once, that of the one which is on record first."""
    columns = {"connection": made.connection, "room_type": made.type, "room_id": made.id}
    roomless = Meeting.objects.filter(Q(room_id="") | Q(connection=None), pk=meeting.pk)
    if not roomless.update(**columns):
        meeting.refresh_from_db(fields=list(columns))
    else:
        for name, value in columns.items():
            setattr(meeting, name, value)
    return Room(meeting.connection or made.connection, meeting.room_type, meeting.room_id)
