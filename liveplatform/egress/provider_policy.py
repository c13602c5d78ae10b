"""Where requests to providers may go: public addresses, and those inside that the operator names.

A customer gives a connection's base_url, so what it leads to is judged at every connection, like the URLs of
webhooks. A server inside (LiveKit, say) is named in settings.PROVIDER_ALLOWLIST: host, address or network.
"""

import ipaddress
from functools import cache

from django.conf import settings

from liveplatform.egress.url_policy import DestinationForbidden, check_address


def is_allowed(host: str, address: str) -> bool:
    """Whether a request to `host` may go to this address, one of those that it has."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if host.lower() in settings.PROVIDER_ALLOWLIST or any(found in net for net in _allowed_networks()):
        return True
    try:
        check_address(found)
    except DestinationForbidden:
        return False
    return True


def _allowed_networks() -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    return [net for net in map(_network, settings.PROVIDER_ALLOWLIST) if net is not None]


@cache
def _network(entry: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return None  # the name of a host
