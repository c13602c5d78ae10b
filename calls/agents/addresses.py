"""Signed, short-lived addresses at which a provider reads what an answered call does.

An address is good for one call and for ADDRESS_SECONDS. Its token holds the id of the call and a time; the
variables are in the call's row, and so in no URL.
"""

import time
from uuid import UUID

from django.conf import settings
from django.core import signing

# A call may wait in its provider's queue, and then ring for ten minutes at most.
ADDRESS_SECONDS = 30 * 60
MAX_TOKEN_LENGTH = 200


class InvalidAddress(Exception):
    """Not signed here."""


class ExpiredAddress(Exception):
    """Signed here, and too old."""


def answer_address(call_id: UUID) -> str:
    """The address for this call, under PUBLIC_URL."""
    expires = int(time.time()) + ADDRESS_SECONDS
    token = _signer().sign(f"{call_id.hex}-{expires:x}")
    return f"{settings.PUBLIC_URL}/v1/agents/answers/{token}"


def read_token(token: str) -> UUID:
    """The id of the call that the token is for. Raises InvalidAddress or ExpiredAddress."""
    try:
        signed = _signer().unsign(token[:MAX_TOKEN_LENGTH])
    except (signing.BadSignature, ValueError) as error:
        raise InvalidAddress from error
    call_id, _, expires = signed.partition("-")
    if int(expires, 16) < time.time():
        raise ExpiredAddress
    return UUID(call_id)


def _signer() -> signing.Signer:
    """A dot needs no escape in a URL, and logs know a text with such a signature for a secret."""
    return signing.Signer(salt="calls.agents.answer", sep=".")
