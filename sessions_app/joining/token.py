"""Join a session: the token with which a person's client enters its room."""

from dataclasses import dataclass
from uuid import UUID

from calls.exceptions import CallStateError
from calls.lifecycle.join_token import issue_join_token
from calls.models import Call
from sessions_app.exceptions import NotJoinable, SessionStateError
from sessions_app.identity import room_role
from sessions_app.joining.admission import Admission, admit, admit_user
from sessions_app.lifecycle.call import ensure_call
from sessions_app.models import Registration, Session
from sessions_app.models.person import Role

# How long a token is good for, in seconds: clients connect again with it when their network fails.
TOKEN_SECONDS = 4 * 3600


@dataclass(frozen=True)
class Joining:
    """What a client needs to enter the room. The token is the person's secret."""

    token: str
    call: Call
    user_id: str  # their identity in the room
    role: Role
    expires_in: int  # seconds

    @property
    def api_key(self) -> str:
        """The public key of the app, which GetStream's clients need; "" of other providers."""
        connection = self.call.connection
        if connection is None or connection.provider != "getstream":
            return ""
        return str(connection.options.get("api_key", ""))

    @property
    def url(self) -> str:
        """The address of the server at which a LiveKit client connects; "" of other providers."""
        connection = self.call.connection
        return connection.base_url if connection and connection.provider == "livekit" else ""


def join(session: Session, registration: Registration) -> Joining:
    """The token of a registered person. Makes the session's call if it has none yet.

    No transaction may be open, for making the call asks the provider. Raises NotJoinable, NotConfigured, and
    another ProviderError if the call cannot be made.
    """
    return _join(admit(session, registration))


def join_user(session: Session, user_id: str) -> Joining:
    """The same by the identity: of a host, a registered user or patient, or a guest."""
    return _join(admit_user(session, user_id))


def _join(admission: Admission) -> Joining:
    session = admission.session
    try:
        issued = issue_join_token(
            _call_id(session),
            account_id=session.account_id,
            user_id=admission.identity,
            ttl_seconds=TOKEN_SECONDS,
            role=room_role(admission.role),
        )
    except (CallStateError, SessionStateError) as error:
        raise NotJoinable(str(error), "over", session.scheduled_at) from error
    return Joining(issued.token, issued.call, admission.identity, admission.role, TOKEN_SECONDS)


def _call_id(session: Session) -> UUID:
    """The session's call. That of a live session is not made again: if it is over, so is the session."""
    if session.status == Session.Status.LIVE and session.call_id:
        return session.call_id
    return ensure_call(session).pk
