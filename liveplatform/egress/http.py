"""Requests to customers' URLs: they reach public addresses, and nothing else.

A host is resolved once, every address it has is judged, the connection goes to a judged address (the
host name stays in Host, SNI and the certificate check), and the peer is judged again once connected.
No redirects, no proxies from the environment, no cookies, one total deadline, a cap on the answer.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from django.conf import settings

from liveplatform.egress.address_policy import Address
from liveplatform.egress.url_policy import DestinationForbidden, check_address

MAX_RESPONSE_BYTES = 16 * 1024
# Seconds: for one address to be connected to, and for the rest of an answer that is decided already.
CONNECT_TIMEOUT = 6.0
BODY_TIMEOUT = 1.0
DNS_TTL = 10
# A host whose name servers are dead holds a thread for a while; the others must find one free.
DNS_THREADS = 64
USER_AGENT = "LivePlatform-Webhooks/1.0"

AddressCheck = Callable[[Address], None]


def guarded_session(
    resolver: AbstractResolver | None = None, judge: AddressCheck = check_address
) -> aiohttp.ClientSession:
    """A session whose every connection is judged. To be made inside the event loop that uses it."""
    connector = _CheckedConnector(
        judge,
        resolver=_CheckedResolver(resolver or _SystemResolver(), judge),
        socket_factory=partial(_checked_socket, judge),
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
    """One deadline for all of a request, from the look-up of the host to the end of the answer."""
    return aiohttp.ClientTimeout(total=settings.WEBHOOK_TIMEOUT, sock_connect=CONNECT_TIMEOUT)


async def read_prefix(answer: aiohttp.ClientResponse, cap: int = MAX_RESPONSE_BYTES) -> bytes:
    """The first bytes of an answer's body, whatever becomes of the rest; never raises for a broken one.

    Read within REST_TIMEOUT seconds. A body that ends in time leaves its connection fit for reuse.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT):
            while len(body) < cap and (chunk := await answer.content.readany()):
                body += chunk
    except (aiohttp.ClientError, OSError, ValueError):
        answer.close()
    if not answer.content.at_eof():
        answer.close()
    return bytes(body[:cap])


class _SystemResolver(AbstractResolver):
    """The system's own resolver, in threads of its own."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(DNS_THREADS, thread_name_prefix="webhook-dns")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        ask = partial(socket.getaddrinfo, host, port, family=family, type=socket.SOCK_STREAM)
        found = await asyncio.get_running_loop().run_in_executor(self._threads, ask)
        return [
            ResolveResult(
                hostname=host,
                host=str(sockaddr[0]),
                port=port,
                family=kind,
                proto=proto,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, _, proto, _, sockaddr in found
        ]

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


class _CheckedResolver(AbstractResolver):
    """Judges every answer: one internal address among them refuses the host."""

    def __init__(self, inner: AbstractResolver, judge: AddressCheck) -> None:
        self._inner = inner
        self._judge = judge

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        for entry in found:
            self._judge(ipaddress.ip_address(entry["host"]))
        return found

    async def close(self) -> None:
        await self._inner.close()


def _checked_socket(judge: AddressCheck, info: tuple[Any, ...]) -> socket.socket:
    """A socket for an address that was judged just now: literal addresses pass no resolver."""
    family, kind, proto, _, sockaddr = info
    judge(ipaddress.ip_address(sockaddr[0]))
    return socket.socket(family, kind, proto)


class _CheckedConnector(aiohttp.TCPConnector):
    """Judges the peer of every new connection."""

    def __init__(self, judge: AddressCheck, **options: Any) -> None:  # noqa: ANN401
        super().__init__(**options)
        self._judge_peer = judge

    async def _wrap_create_connection(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        transport, protocol = await super()._wrap_create_connection(*args, **kwargs)
        peer = transport.get_extra_info("peername")
        try:
            self._judge_peer(ipaddress.ip_address(peer[0]))
        except (TypeError, ValueError):
            transport.abort()
            raise DestinationForbidden("The connection led to another address than the one judged.") from None
        return transport, protocol
