"""Judging where a customer's URL leads: when it is saved, and again at every connection."""

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
# How long (s) an answer about the hosts of settings.WEBHOOK_DENYLIST is good for.
DENYLIST_TTL = 300.0
# A host name as DNS has it. An IPv4 address has one proper form; 0x7f.1 and 2130706433 are not it.
HOST_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*", re.ASCII)
INTERNAL_NAMES = (".localhost", ".local", ".localdomain", ".internal", ".intranet", ".home.arpa")
LOOPBACK_4 = ipaddress.IPv4Network("127.0.0.0/8")
LOOPBACK_6 = ipaddress.IPv6Address("::1")


class DestinationForbidden(ValueError):
    """A URL or an address that requests must not go to. The text is fit for the customer."""


def check_url(url: str) -> str:
    """The URL if it may be an endpoint's, else Forbidden saying what is wrong. Resolves no names."""
    if len(url) > MAX_URL_LENGTH:
        raise DestinationForbidden(f"The URL is longer than {MAX_URL_LENGTH} characters.")
    if re.search(r"[\x00-\x20\x7f\\]", url):
        raise DestinationForbidden("The URL contains spaces, backslashes or control characters.")
    try:
        parts, asked = urlsplit(url), yarl.URL(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise DestinationForbidden("This is not a URL.") from error
    _check_scheme(parts.scheme)
    if "@" in parts.netloc:
        raise DestinationForbidden("A URL with a user name or password in it is not accepted.")
    if port == 0 or parts.fragment:
        raise DestinationForbidden("A URL with port 0 or a fragment (#) is not accepted.")
    # What was judged must be what is asked: two parsers that disagree are a way around the judge.
    if not parts.netloc.isascii() or asked.raw_host != host:
        raise DestinationForbidden(
            "The host is not a proper host name (write international names in punycode)."
        )
    check_host(host)
    return url


def check_host(host: str) -> None:
    """Forbidden unless the host is a public address or a proper host name."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        _check_name(host.lower())
    else:
        check_address(address)


def check_address(address: Address) -> None:
    """Forbidden unless requests may go to this address."""
    if settings.WEBHOOK_ALLOW_LOOPBACK and _is_loopback(address):
        return
    if not is_public(address, _denied_networks()):
        raise DestinationForbidden("The URL leads to an internal or special address; use a public one.")


def refresh_denylist() -> None:
    """Look up the hosts of settings.WEBHOOK_DENYLIST, if that was long ago. Blocks: not for an event loop."""
    for entry in settings.WEBHOOK_DENYLIST:
        _, known_until = _resolved_hosts.get(entry, ([], 0.0))
        if known_until < time.monotonic() and not _as_network(entry):
            _resolved_hosts[entry] = (_resolve(entry), time.monotonic() + DENYLIST_TTL)


# Hosts of settings.WEBHOOK_DENYLIST: their addresses, and until when (monotonic) these are believed.
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
        return None


def _resolve(host: str) -> list[Network]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        log.warning("denylist_host_unresolved", host=host, error=type(error).__name__)
        return []
    return [ipaddress.ip_network(str(info[4][0]).partition("%")[0]) for info in found]


def _is_loopback(address: Address) -> bool:
    return address in LOOPBACK_4 if isinstance(address, ipaddress.IPv4Address) else address == LOOPBACK_6


def _check_scheme(scheme: str) -> None:
    if scheme == "https" or (scheme == "http" and settings.WEBHOOK_ALLOW_HTTP):
        return
    raise DestinationForbidden("The URL must begin with https://.")


def _check_name(host: str) -> None:
    if settings.WEBHOOK_ALLOW_LOOPBACK and host == "localhost":
        return
    if not HOST_NAME.fullmatch(host) or len(host) > 253:
        raise DestinationForbidden(
            "The host is not a proper host name (write international names in punycode)."
        )
    last = host.rsplit(".", 1)[-1]
    if last.isdigit() or last.startswith("0x"):
        raise DestinationForbidden("An IPv4 address must be written as four decimal numbers.")
    if host == "localhost" or host.endswith(INTERNAL_NAMES) or host in settings.WEBHOOK_DENYLIST:
        raise DestinationForbidden("The URL leads to an internal host; use a public one.")
    if "." not in host:
        raise DestinationForbidden("The host must be a full name such as hooks.example.com.")
