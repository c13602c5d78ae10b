"""The addresses at which providers reach us."""

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings

from calls.models.call import Call


def callback_url(call: Call) -> str:
    """Where the provider of this call tells of it; "" if it could not come through to us.

    It names the call, so that events which overtake the answer to making it find their row.
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
