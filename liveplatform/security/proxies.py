"""The client's address and scheme behind proxies: X-Forwarded-* is believed of TRUSTED_PROXIES alone."""

import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import structlog
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.http import HttpRequest, HttpResponse

log = structlog.get_logger(__name__)

UNIX = "unix"  # stands for a peer on a Unix socket, which has no address
FOR, PROTO = "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO"
FORWARDED = (FOR, PROTO, "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT", "HTTP_FORWARDED", "HTTP_X_REAL_IP")
LOG_INTERVAL = 60.0  # seconds between two warnings


class TrustedProxies:
    """Middleware: drops the forwarding headers of peers that are not trusted, and sets REMOTE_ADDR.

    Behind trusted proxies REMOTE_ADDR becomes the client's address: the last one in X-Forwarded-For that is
    no trusted proxy's, as every proxy appends the address it was called from. What stands before that one was
    written by the client itself.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._warned = -LOG_INTERVAL

    def __call__(self, request: HttpRequest) -> HttpResponse:
        meta = request.META
        if not is_trusted(meta.get("REMOTE_ADDR", "")):
            if FOR in meta or PROTO in meta:
                self._warn(meta.get("REMOTE_ADDR", ""))
            for name in FORWARDED:
                meta.pop(name, None)
        elif client := client_address(meta.get(FOR, "").split(",")):
            meta["REMOTE_ADDR"] = client
        return self.get_response(request)

    def _warn(self, peer: str) -> None:
        """Say that headers were dropped: a proxy that is missing in TRUSTED_PROXIES is hard to find else."""
        if time.monotonic() - self._warned >= LOG_INTERVAL:
            self._warned = time.monotonic()
            log.warning("forwarded_headers_dropped", peer=peer, hint="not in TRUSTED_PROXIES")


def client_address(forwarded_for: Iterable[str]) -> str:
    """The last address that is no trusted proxy's; "" if there is none, or one is not an address."""
    for text in reversed([part.strip() for part in forwarded_for]):
        address = _parse(text)
        if address is None:
            return ""
        if not is_trusted(str(address)):
            return str(address)
    return ""


@lru_cache(1024)
def _is_in(peer: str, trusted: tuple[str, ...]) -> bool:
    address = _parse(peer)
    if address is None:
        return not peer and UNIX in trusted
    return any(address in ip_network(entry, strict=False) for entry in trusted if entry != UNIX)


def is_trusted(peer: str) -> bool:
    """Whether this address is one of settings.TRUSTED_PROXIES; "" is a peer on a Unix socket."""
    return _is_in(peer, tuple(settings.TRUSTED_PROXIES))


def _parse(text: str) -> IPv4Address | IPv6Address | None:
    """The address, without the port that some proxies add; an IPv4 address written as IPv6 becomes IPv4."""
    host = text.removeprefix("[").partition("]")[0] if text.startswith("[") else text
    if host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


@register()
def check_trusted_proxies(**_: object) -> list[CheckMessage]:
    """System check: each entry of TRUSTED_PROXIES is an address, a network or `unix`."""
    wrong = []
    for entry in settings.TRUSTED_PROXIES:
        try:
            everybody = entry != UNIX and ip_network(entry, strict=False).prefixlen == 0
        except ValueError:
            wrong.append(f"{entry!r} is no address, network or {UNIX!r}")
            continue
        if everybody:
            wrong.append(f"{entry!r} trusts everybody: any client could name any address as its own")
    return [Error(f"TRUSTED_PROXIES: {text}.", id="security_proxies.E001") for text in wrong]
