"""Which IP addresses outbound requests may go to: public ones only.

Python's `ipaddress.is_global` is not enough (3.11 calls multicast, NAT64, 6to4, site-local and
IPv4-compatible addresses global), so every special-purpose range is listed here. Sources:
https://www.iana.org/assignments/iana-ipv4-special-registry and …/iana-ipv6-special-registry,
RFC 6052 (NAT64), RFC 3879 (site-local), RFC 7526 (6to4 relays); 168.63.129.16 is Azure's host
(https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16).
"""

import ipaddress
from collections.abc import Collection

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

DENIED_IPV4 = [
    ipaddress.IPv4Network(net)
    for net in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT, also inside clouds
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's host: DNS and metadata
        "169.254.0.0/16",  # link-local, metadata of most clouds
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments, Oracle's metadata
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
]
# Only this eighth of the IPv6 space is allocated, so ::/8 (mapped, compatible, loopback), 100::/64,
# 5f00::/16, fc00::/7, fe80::/10, fec0::/10 and ff00::/8 are outside it.
GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
DENIED_IPV6 = [
    ipaddress.IPv6Network(net)
    for net in (
        "2001::/23",  # protocol assignments, Teredo, ORCHID
        "2001:db8::/32",
        "2002::/16",  # 6to4: an IPv4 address inside
        "2620:4f:8000::/48",
        "3ffe::/16",
        "3fff::/20",
    )
]
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def is_public(address: Address, denied: Collection[Network] = ()) -> bool:
    """Whether an address is public and in none of the `denied` networks."""
    if isinstance(address, ipaddress.IPv6Address) and address in NAT64:
        return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF), denied)
    if any(address in net for net in denied):
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in net for net in DENIED_IPV4)
    if address.scope_id or address not in GLOBAL_UNICAST:
        return False
    return not any(address in net for net in DENIED_IPV6)
