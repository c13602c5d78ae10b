"""Which addresses requests to providers may go to: public ones and those that the operator allows.

A connection's base_url is given by a customer, so its addresses are checked at every connection. An internal
server, such as one's own LiveKit, is listed in settings.PROVIDER_ALLOWLIST by host name, address or network.
"""

import ipaddress
from functools import cache

from django.conf import settings

from liveplatform.egress.address_policy import Network
from liveplatform.egress.url_policy import DestinationForbidden, check_address


def is_allowed(host: str, address: str) -> bool:
    """Whether a request to `host` may connect to `address`, one of the host's IP addresses."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if host.lower() in settings.PROVIDER_ALLOWLIST or any(ip in network for network in _allowed_networks()):
        return True
    try:
        check_address(ip)
    except DestinationForbidden:
        return False
    return True


def _allowed_networks() -> list[Network]:
    return [network for network in map(_as_network, settings.PROVIDER_ALLOWLIST) if network is not None]


@cache
def _as_network(entry: str) -> Network | None:
    try:
        return ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return None  # a host name
