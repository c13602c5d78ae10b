"""An HTTP session for customers' URLs that connects to allowed addresses only.

A host is resolved once and every address of the answer is checked. The connection goes to a checked address
(Host header, SNI and certificate check keep the host name), and the peer's address is checked again once
connected. No redirects, no proxies from the environment, no cookies, one total timeout, a capped response.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Callable
from functools import partial
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from django.conf import settings

from liveplatform.egress.address_policy import Address
from liveplatform.egress.resolver import SystemResolver
from liveplatform.egress.url_policy import DestinationForbidden, check_address

MAX_RESPONSE_BYTES = 16 * 1024
CONNECT_TIMEOUT = 6.0  # seconds, for each address of a host
BODY_TIMEOUT = 1.0  # seconds for reading a response body, once the status is known
DNS_TTL = 10  # seconds
USER_AGENT = "LivePlatform-Webhooks/1.0"

# Raises DestinationForbidden if requests must not go to the address.
AddressCheck = Callable[[Address], None]


def guarded_session(
    resolver: AbstractResolver | None = None, check: AddressCheck = check_address
) -> aiohttp.ClientSession:
    """A session that checks every connection. Call it inside the event loop that will use the session."""
    connector = _CheckedConnector(
        check,
        resolver=_CheckedResolver(resolver or SystemResolver(), check),
        socket_factory=partial(_checked_socket, check),
        ttl_dns_cache=DNS_TTL,
        limit=0,
        keepalive_timeout=30,
        happy_eyeballs_delay=None,
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        auto_decompress=False,
        timeout=request_timeout(),
        headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"},
    )


def request_timeout() -> aiohttp.ClientTimeout:
    """One timeout for the whole request, from the look-up of the host to the end of the response."""
    return aiohttp.ClientTimeout(total=settings.WEBHOOK_TIMEOUT, sock_connect=CONNECT_TIMEOUT)


async def read_prefix(response: aiohttp.ClientResponse, limit: int = MAX_RESPONSE_BYTES) -> bytes:
    """The first `limit` bytes of a response's body, as far as they arrive within BODY_TIMEOUT.

    Never raises for a broken body. The connection is reused only if the body was read to its end.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT):
            while len(body) < limit and (chunk := await response.content.readany()):
                body += chunk
    except (aiohttp.ClientError, OSError, ValueError):
        response.close()
    if not response.content.at_eof():
        response.close()
    return bytes(body[:limit])


class _CheckedResolver(AbstractResolver):
    """Checks every address of an answer: one forbidden address refuses the host."""

    def __init__(self, inner: AbstractResolver, check: AddressCheck) -> None:
        self._inner = inner
        self._check = check

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        results = await self._inner.resolve(host, port, family)
        for result in results:
            self._check(ipaddress.ip_address(result["host"]))
        return results

    async def close(self) -> None:
        await self._inner.close()


def _checked_socket(check: AddressCheck, info: tuple[Any, ...]) -> socket.socket:
    """A socket for an address, checked here because literal addresses are not resolved."""
    family, kind, proto, _, sockaddr = info
    check(ipaddress.ip_address(sockaddr[0]))
    return socket.socket(family, kind, proto)


class _CheckedConnector(aiohttp.TCPConnector):
    """Checks the peer's address of every new connection."""

    def __init__(self, check: AddressCheck, **options: Any) -> None:  # noqa: ANN401
        super().__init__(**options)
        self._check_peer = check

    async def _wrap_create_connection(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        transport, protocol = await super()._wrap_create_connection(*args, **kwargs)
        peer = transport.get_extra_info("peername")
        try:
            self._check_peer(ipaddress.ip_address(peer[0]))
        except (TypeError, ValueError):
            transport.abort()
            raise DestinationForbidden("The connection led to another address than the one judged.") from None
        return transport, protocol
