"""Whose turn a request takes: that of the account whose credentials were verified, else of its address.

What a request claims of itself counts for nothing: credentials take the account's turns from the second
request on, once a view has verified them.
"""

import hashlib
import ipaddress
import time
from collections import OrderedDict
from typing import NamedTuple

from liveplatform.accounts.authentication import VERIFIED_ACCOUNT
from liveplatform.web.environ import Environ, address_of

REMEMBERED_SECONDS = 300.0
REMEMBERED = 20_000


class Client(NamedTuple):
    """The key of its turns; whether it is an account."""

    key: str
    is_account: bool


class Clients:
    """The accounts of credentials that were verified lately. Used in one event loop."""

    def __init__(self) -> None:
        self._accounts: OrderedDict[bytes, tuple[str, float]] = OrderedDict()

    def of(self, environ: Environ) -> Client:
        """Who sends the request, as far as it is known before it is served."""
        account, until = self._accounts.get(_credentials(environ), ("", 0.0))
        if until > time.monotonic():
            return Client(account, True)
        return Client(_network(address_of(environ)), False)

    def remember(self, environ: Environ) -> None:
        """Learn from a request that was served."""
        account = environ.get(VERIFIED_ACCOUNT)
        if account:
            credentials = _credentials(environ)
            self._accounts[credentials] = account, time.monotonic() + REMEMBERED_SECONDS
            self._accounts.move_to_end(credentials)
            if len(self._accounts) > REMEMBERED:
                self._accounts.popitem(last=False)


def _credentials(environ: Environ) -> bytes:
    names = ("HTTP_AUTHORIZATION", "HTTP_X_AUTH_TOKEN")
    return hashlib.sha256(repr([environ.get(name) for name in names]).encode()).digest()


def _network(address: str) -> str:
    """An IPv6 client has all addresses of a /64."""
    if ":" not in address:
        return address
    try:
        return str(ipaddress.ip_network((address.partition("%")[0], 64), strict=False))
    except ValueError:
        return address
