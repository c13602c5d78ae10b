"""Plivo's official Python package, with another host: it knows no base URL but its module's constants."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import plivo
from plivo.rest import client as module

CONSTANTS = (
    "PLIVO_API_BASE_URI",
    "API_VOICE_BASE_URI",
    "API_VOICE_BASE_URI_FALLBACK_1",
    "API_VOICE_BASE_URI_FALLBACK_2",
)


@contextmanager
def plivo_client(
    base_url: str, auth_id: str, auth_token: str, *, first_url: str = ""
) -> Iterator[plivo.RestClient]:
    """A client of `{base_url}/v1/Account`, which asks `first_url` first, if one is given."""
    addresses = dict.fromkeys(CONSTANTS, f"{base_url}/v1/Account")
    if first_url:
        addresses["API_VOICE_BASE_URI"] = f"{first_url}/v1/Account"
    moved = patch.multiple(module, **addresses)
    with moved, plivo.RestClient(auth_id, auth_token) as client:
        yield client
