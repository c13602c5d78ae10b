"""Letting a user's client into a video call: a token for the provider's room."""

from dataclasses import dataclass
from uuid import UUID

import structlog

from calls.adapters import adapter_for
from calls.exceptions import require_open
from calls.lifecycle.end import get_call
from calls.models import Call
from providers.base import MintsTokens
from providers.errors import NotConfigured

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class JoinToken:
    """What a client needs to join; the token is a secret of the user's."""

    token: str
    call: Call
    ttl_seconds: int


def issue_join_token(call_id: UUID, *, account_id: UUID, user_id: str, ttl_seconds: int) -> JoinToken:
    """A token that lets this user into this call for so many seconds. The provider is not asked.

    Raises CallNotFound, NotConfigured, and WrongState for a call that is over or being ended, so that
    clients which try again and again learn that it is in vain.
    """
    call = get_call(call_id, account_id, Call.Channel.VIDEO)
    require_open(call, "nobody can join it any more.")
    if not call.provider_call_id:
        raise NotConfigured("The call has no room at a provider.")
    provider = adapter_for(call.connection)
    if not isinstance(provider, MintsTokens):
        raise NotConfigured("The call's provider lets nobody in by tokens.")
    token = provider.client_token(call.stream_call_type, call.provider_call_id, user_id, seconds=ttl_seconds)
    log.info("token_minted", call_id=str(call.pk), seconds=ttl_seconds)
    return JoinToken(token, call, ttl_seconds)
