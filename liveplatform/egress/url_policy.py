"""Which URLs, hosts and addresses requests may go to; checked when a URL is saved and at every connection."""

import ipaddress
import re
import socket
import time
from functools import cache
from urllib.parse import urlsplit

import structlog
import yarl
from django.conf import settings

from liveplatform.egress.address_policy import Address, Network, is_public

log = structlog.get_logger(__name__)

MAX_URL_LENGTH = 2000
# Seconds until the hosts of settings.WEBHOOK_DENYLIST are resolved again.
DENYLIST_TTL = 300.0
# A DNS host name. Of an IPv4 address only the dotted decimal form is accepted, not 0x7f.1 or 2130706433.
HOST_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*", re.ASCII)
INTERNAL_NAMES = (".localhost", ".local", ".localdomain", ".internal", ".intranet", ".home.arpa")
LOOPBACK_IPV4 = ipaddress.IPv4Network("127.0.0.0/8")
LOOPBACK_IPV6 = ipaddress.IPv6Address("::1")
INVALID_HOST = "The host is not a proper host name (write international names in punycode)."


class DestinationForbidden(ValueError):
    """A URL or an address that requests must not go to. The message may be shown to the customer."""


def check_url(url: str) -> str:
    """The URL, unchanged. Raises DestinationForbidden with the reason. Resolves no names."""
    if len(url) > MAX_URL_LENGTH:
        raise DestinationForbidden(f"The URL is longer than {MAX_URL_LENGTH} characters.")
    if re.search(r"[\x00-\x20\x7f\\]", url):
        raise DestinationForbidden("The URL contains spaces, backslashes or control characters.")
    try:
        parts, as_requested = urlsplit(url), yarl.URL(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise DestinationForbidden("This is not a URL.") from error
    _check_scheme(parts.scheme)
    if "@" in parts.netloc:
        raise DestinationForbidden("A URL with a user name or password in it is not accepted.")
    if port == 0 or parts.fragment:
        raise DestinationForbidden("A URL with port 0 or a fragment (#) is not accepted.")
    # aiohttp parses the URL with yarl: parsers that disagree about the host would bypass this check.
    if not parts.netloc.isascii() or as_requested.raw_host != host:
        raise DestinationForbidden(INVALID_HOST)
    check_host(host)
    return url


def check_websocket_url(url: str) -> str:
    """The WebSocket URL, unchanged, judged as `check_url` does; ws:// where http:// is allowed.

    Raises DestinationForbidden.
    """
    scheme, colon, rest = url.partition(":")
    web_scheme = {"wss": "https", "ws": "http"}.get(scheme.lower(), "")
    if not web_scheme or (web_scheme == "http" and not settings.WEBHOOK_ALLOW_HTTP):
        raise DestinationForbidden("The URL must begin with wss://.")
    check_url(f"{web_scheme}{colon}{rest}")
    return url


def check_host(host: str) -> None:
    """Raises DestinationForbidden unless the host is a public address or a valid host name."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        _check_name(host.lower())
    else:
        check_address(address)


def check_address(address: Address) -> None:
    """Raises DestinationForbidden unless requests may go to this address."""
    if settings.WEBHOOK_ALLOW_LOOPBACK and _is_loopback(address):
        return
    if not is_public(address, _denied_networks()):
        raise DestinationForbidden("The URL leads to an internal or special address; use a public one.")


def refresh_denylist() -> None:
    """Resolve the host names of settings.WEBHOOK_DENYLIST, at most every DENYLIST_TTL seconds.

    Blocks, so not for an event loop.
    """
    for entry in settings.WEBHOOK_DENYLIST:
        _, expires_at = _resolved_hosts.get(entry, ([], 0.0))
        if expires_at < time.monotonic() and not _as_network(entry):
            _resolved_hosts[entry] = (_resolve(entry), time.monotonic() + DENYLIST_TTL)


# Host names of settings.WEBHOOK_DENYLIST: their addresses, and the time.monotonic() at which these expire.
_resolved_hosts: dict[str, tuple[list[Network], float]] = {}


def _denied_networks() -> list[Network]:
    networks: list[Network] = []
    for entry in settings.WEBHOOK_DENYLIST:
        network = _as_network(entry)
        networks += [network] if network else _resolved_hosts.get(entry, ([], 0.0))[0]
    return networks


@cache
def _as_network(entry: str) -> Network | None:
    try:
        return ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return None  # a host name


def _resolve(host: str) -> list[Network]:
    try:
        results = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        log.warning("denylist_host_unresolved", host=host, error=type(error).__name__)
        return []
    return [ipaddress.ip_network(str(result[4][0]).partition("%")[0]) for result in results]


def _is_loopback(address: Address) -> bool:
    return (
        address in LOOPBACK_IPV4 if isinstance(address, ipaddress.IPv4Address) else address == LOOPBACK_IPV6
    )


def _check_scheme(scheme: str) -> None:
    if scheme != "https" and not (scheme == "http" and settings.WEBHOOK_ALLOW_HTTP):
        raise DestinationForbidden("The URL must begin with https://.")


def _check_name(host: str) -> None:
    if settings.WEBHOOK_ALLOW_LOOPBACK and host == "localhost":
        return
    if not HOST_NAME.fullmatch(host) or len(host) > 253:
        raise DestinationForbidden(INVALID_HOST)
    last_label = host.rsplit(".", 1)[-1]
    if last_label.isdigit() or last_label.startswith("0x"):
        raise DestinationForbidden("An IPv4 address must be written as four decimal numbers.")
    if host == "localhost" or host.endswith(INTERNAL_NAMES) or host in settings.WEBHOOK_DENYLIST:
        raise DestinationForbidden("The URL leads to an internal host; use a public one.")
    if "." not in host:
        raise DestinationForbidden("The host must be a full name such as hooks.example.com.")
