"""Which addresses a customer's URL may lead to: public ones, and no others.

Python's `ipaddress.is_global` is not enough (3.11 calls multicast, NAT64, 6to4, site-local and
IPv4-compatible addresses global), so every special-purpose range is named here. Sources: the IANA
special-purpose registries for IPv4 and IPv6, RFC 6052, RFC 8215, RFC 3879; 168.63.129.16 is Azure's
metadata and DNS address.
"""

import ipaddress
from collections.abc import Iterable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

DENIED_4 = [
    ipaddress.ip_network(net)
    for net in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "168.63.129.16/32",
    )
]
DENIED_6 = [
    ipaddress.ip_network(net)
    for net in (
        "::/8",  # unspecified, loopback, IPv4-mapped and -compatible
        "64:ff9b:1::/48",
        "100::/64",
        "100:0:0:1::/64",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "2620:4f:8000::/48",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    )
]
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def is_public(address: Address, denied: Iterable[Address] = ()) -> bool:
    """Whether a request may go there; `denied` are further addresses, such as the platform's own."""
    if address in set(denied):
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in net for net in DENIED_4)
    if address.scope_id:
        return False
    if address in NAT64:
        return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF), denied)
    return not any(address in net for net in DENIED_6)
