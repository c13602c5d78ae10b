"""Addresses at which providers deliver events."""

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings

from calls.models.call import Call
from liveplatform.accounts.models import Connection


def callback_url(call: Call) -> str:
    """The address for events about this call; "" if its provider cannot reach this installation.

    It contains the call's id, so that events which arrive before the provider's answer find their call.
    """
    connection = call.connection
    if connection is None or not is_reachable(connection):
        return ""
    return f"{connection.events_url}?call={call.pk}"


def is_reachable(connection: Connection) -> bool:
    """Whether the connection's provider can reach addresses under PUBLIC_URL."""
    return not _is_loopback(settings.PUBLIC_URL) or _is_loopback(connection.base_url)


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
