"""Requests to customers' URLs: they reach public addresses, and nothing else.

A host is resolved once, every address it has is judged, the connection goes to a judged address (the
host name stays in Host, SNI and the certificate check), and the peer is judged again once connected.
No redirects, no proxies from the environment, no cookies, one total deadline, a cap on the answer.
"""

import ipaddress
import re
import socket
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from django.conf import settings

from liveplatform.webhooks.addresses import Address, is_public

ANSWER_CAP = 16 * 1024
MAX_URL = 2000
# A host name as DNS has it, or an IPv4 address written the one proper way: so no 0x7f.1, no 2130706433.
HOST_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\Z", re.IGNORECASE)


class Forbidden(OSError):
    """A URL or an address that requests must not go to. The text is fit for the customer."""


def judge_url(url: str) -> str:
    """The URL if it may be an endpoint's, else Forbidden saying what is wrong. Resolves no names."""
    if len(url) > MAX_URL or re.search(r"[\x00-\x20\x7f\\]", url):
        raise Forbidden("The URL is too long, or contains spaces, backslashes or control characters.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Forbidden("This is not a URL.") from error
    _judge_scheme(parts.scheme)
    if parts.username is not None or parts.password is not None:
        raise Forbidden("A URL with a user name or password in it is not accepted.")
    if port == 0:
        raise Forbidden("Port 0 is not accepted.")
    if parts.fragment:
        raise Forbidden("A URL with a fragment (#) is not accepted.")
    judge_host(parts.hostname or "")
    return url


def judge_host(host: str) -> None:
    """Forbidden unless the host is a public address or a proper host name."""
    try:
        judge_address(ipaddress.ip_address(host))
    except ValueError:
        _judge_name(host)


def judge_address(address: Address) -> None:
    """Forbidden unless requests may go to this address."""
    if settings.WEBHOOK_ALLOW_LOOPBACK and address.is_loopback:
        return
    if not is_public(address, own_addresses()):
        raise Forbidden("The URL leads to an internal or special address; use a public one.")


def own_addresses() -> list[Address]:
    """The platform's own public addresses, if PUBLIC_URL names them as such."""
    try:
        return [ipaddress.ip_address(urlsplit(settings.PUBLIC_URL).hostname or "")]
    except ValueError:
        return []


def session(resolver: AbstractResolver | None = None) -> aiohttp.ClientSession:
    """A session whose every connection was judged. To be made inside the event loop that uses it."""
    connector = _JudgedConnector(
        resolver=JudgingResolver(resolver or aiohttp.ThreadedResolver()),
        use_dns_cache=False,
        limit=0,
        limit_per_host=0,
        keepalive_timeout=30,
        happy_eyeballs_delay=None,
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        auto_decompress=False,
        timeout=aiohttp.ClientTimeout(total=settings.WEBHOOK_TIMEOUT),
        headers={"User-Agent": "LivePlatform-Webhooks/1.0"},
    )


class JudgingResolver(AbstractResolver):
    """Resolves once and judges every answer: one internal address among them refuses the host."""

    def __init__(self, inner: AbstractResolver) -> None:
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        for entry in found:
            judge_address(ipaddress.ip_address(entry["host"]))
        return found

    async def close(self) -> None:
        await self._inner.close()


class _JudgedConnector(aiohttp.TCPConnector):
    """Judges literal addresses, which no resolver sees, and the peer of every new connection."""

    async def _resolve_host(self, host: str, port: int, traces: Any = None) -> list[ResolveResult]:  # noqa: ANN401
        judge_host(host)
        return await super()._resolve_host(host, port, traces)

    async def _wrap_create_connection(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        transport, protocol = await super()._wrap_create_connection(*args, **kwargs)
        peer = transport.get_extra_info("peername")
        try:
            judge_address(ipaddress.ip_address(peer[0]))
        except (Forbidden, TypeError, ValueError):
            transport.abort()
            raise Forbidden("The connection went to another address than the one that was judged.") from None
        return transport, protocol


def _judge_scheme(scheme: str) -> None:
    if scheme == "https" or (scheme == "http" and settings.WEBHOOK_ALLOW_HTTP):
        return
    raise Forbidden("The URL must begin with https://.")


def _judge_name(host: str) -> None:
    if not HOST_NAME.match(host) or len(host) > 253:
        raise Forbidden("The host is not a proper host name (write international names in punycode).")
    last = host.rsplit(".", 1)[-1]
    if last.isdigit() or last.lower().startswith("0x"):
        raise Forbidden("An IPv4 address must be written as four decimal numbers.")
    names = host.lower()
    if names == "localhost" or names.endswith((".localhost", ".local", ".internal", ".localdomain")):
        if settings.WEBHOOK_ALLOW_LOOPBACK and names == "localhost":
            return
        raise Forbidden("The URL leads to an internal host; use a public one.")
    if "." not in host:
        raise Forbidden("The host must be a full name such as hooks.example.com.")
