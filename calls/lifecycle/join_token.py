"""Issue the token with which a user's client joins the provider's room of a video call."""

from dataclasses import dataclass
from uuid import UUID

import structlog

from calls.adapters import adapter_for
from calls.lifecycle.lookup import get_call
from calls.models import Call
from providers.base import PARTICIPANT, MintsTokens, ParticipantRole
from providers.errors import NotConfigured

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class JoinToken:
    """What a client needs to join. The token is a secret of the user."""

    token: str
    call: Call
    ttl_seconds: int


def issue_join_token(
    call_id: UUID, *, account_id: UUID, user_id: str, ttl_seconds: int, role: ParticipantRole = PARTICIPANT
) -> JoinToken:
    """A token with which this user can join this call for so long; signed here, without a provider request.

    LiveKit's is for this call only. GetStream's adds access to this call, and takes no other access away.
    Raises CallNotFound, NotConfigured, and CallStateError for a call that is over or being ended, so that
    clients stop retrying.
    """
    call = get_call(call_id, account_id, Call.Channel.VIDEO)
    call.require_open("nobody can join it any more.")
    if not call.provider_call_id:
        raise NotConfigured("The call has no room at a provider.")
    provider = adapter_for(call.connection)
    if not isinstance(provider, MintsTokens):
        raise NotConfigured("The call's provider lets nobody in by tokens.")
    token = provider.client_token(
        call.stream_call_type, call.provider_call_id, user_id, seconds=ttl_seconds, role=role
    )
    log.info("token_minted", call_id=str(call.pk), seconds=ttl_seconds, role=role)
    return JoinToken(token, call, ttl_seconds)
