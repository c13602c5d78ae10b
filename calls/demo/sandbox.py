"""Where the sandbox of `make up` is: where the connections made for it point to; and whom it tells."""

import os

from liveplatform.accounts.models import Connection

# Companies whose events go to an address that is set for a whole app; a phone call brings its own along.
WEBHOOK_PROVIDERS = (Connection.Provider.GETSTREAM, Connection.Provider.LIVEKIT)
# Set by `make up`: its sandbox tells the platform.
SEND_EVENTS_ENV = "SANDBOX_SEND_EVENTS"


def sandbox_port(wanted: int | None, otherwise: int) -> int:
    """The port to run it on: that of the stored connections; without any, `otherwise`.

    `wanted` has its way, and the stored connections move along.
    """
    known = _stored_port()
    if wanted and known and wanted != known:
        Connection.objects.filter(base_url=sandbox_base_url(known)).update(base_url=sandbox_base_url(wanted))
    return wanted or known or otherwise


def sandbox_base_url(port: int) -> str:
    """Its address."""
    return f"http://127.0.0.1:{port}"


def callback_targets(port: int) -> list[dict[str, str]]:
    """The hooks of all connections that point to the sandbox at this port, where TELLS is set.

    Of two connections with one API key the older one is told.
    """
    if not os.environ.get(SEND_EVENTS_ENV):
        return []
    here = Connection.objects.filter(base_url=sandbox_base_url(port), provider__in=WEBHOOK_PROVIDERS)
    return [_callback_target(connection) for connection in here.order_by("-pk")]


def _callback_target(connection: Connection) -> dict[str, str]:
    known = connection.credentials()
    return {"key": known["api_key"], "secret": known["api_secret"], "url": connection.events_url}


def _stored_port() -> int | None:
    """Twilio itself is on nobody's own machine: the oldest such connection is the first start's."""
    local = Connection.objects.filter(
        provider=Connection.Provider.TWILIO, base_url__regex=f"^{sandbox_base_url(0)[:-1]}[0-9]{{1,5}}$"
    )
    url = local.order_by("pk").values_list("base_url", flat=True).first()
    return int(url.rpartition(":")[2]) if url else None
