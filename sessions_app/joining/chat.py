"""The chat beside a session's room: Stream Chat, over the account's connection to GetStream.

All people of a session share one channel of the type `livestream`, in which every user of the app may write.
It is made by the first client that opens it.
"""

from dataclasses import dataclass

from calls.adapters import adapter_for, default_room_connection
from liveplatform.accounts.models import Connection
from providers.base import MintsChatTokens
from sessions_app.exceptions import ChatNotConfigured
from sessions_app.joining.admission import admit_user
from sessions_app.joining.token import TOKEN_SECONDS
from sessions_app.models import Session

CHANNEL_TYPE = "livestream"
PROVIDER = "getstream"


@dataclass(frozen=True)
class ChatAccess:
    """What a client connects to the chat with. The token is the user's secret."""

    api_key: str
    token: str
    user_id: str
    channel_id: str
    channel_type: str
    expires_in: int  # seconds


def issue_chat_token(session: Session, user_id: str) -> ChatAccess:
    """Chat for whoever may join the session. Raises NotJoinable, ChatNotConfigured and ProviderError."""
    admission = admit_user(session, user_id)
    provider = adapter_for(_connection(session))
    if not isinstance(provider, MintsChatTokens):
        raise ChatNotConfigured
    issued = provider.chat_token(admission.identity, seconds=TOKEN_SECONDS)
    channel_id = f"session-{session.pk}"
    return ChatAccess(
        issued.api_key, issued.token, admission.identity, channel_id, CHANNEL_TYPE, TOKEN_SECONDS
    )


def _connection(session: Session) -> Connection:
    """That of the session's call if it is with GetStream, else the account's default one."""
    call = session.call
    if call and call.connection and call.provider == PROVIDER:
        return call.connection
    connection = default_room_connection(session.account_id, PROVIDER)
    if connection is None:
        raise ChatNotConfigured
    return connection
