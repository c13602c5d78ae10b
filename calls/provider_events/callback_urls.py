"""Addresses at which providers deliver events."""

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings

from calls.models.call import Call


def callback_url(call: Call) -> str:
    """The address for events about this call; "" if its provider cannot reach this installation.

    It contains the call's id, so that events which arrive before the provider's answer find their call.
    """
    connection = call.connection
    if connection is None or (_is_loopback(settings.PUBLIC_URL) and not _is_loopback(connection.base_url)):
        return ""
    return f"{connection.events_url}?call={call.pk}"


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
