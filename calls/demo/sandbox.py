"""The provider sandbox of `make up`: its port, the secrets it knows, and where it sends events."""

import os

from liveplatform.accounts.models import Connection

# Providers whose webhook address is set once per app; Twilio gets its callback URLs with each call instead.
WEBHOOK_PROVIDERS = ("getstream", "livekit")
# Their callback URLs come with each call; the option that names the account.
PHONE_PROVIDERS = {"twilio": "account_sid", "vobiz": "auth_id", "plivo": "auth_id"}
# The environment variable by which `make up` has the sandbox know its connections: secrets and webhooks.
SEND_EVENTS_ENV = "SANDBOX_SEND_EVENTS"


def sandbox_port(requested: int | None, default: int) -> int:
    """The sandbox's port: `requested`, else that of the stored connections, else `default`.

    If `requested` differs from the stored port, the connections are moved to it.
    """
    stored = _stored_port()
    if requested and stored and requested != stored:
        moved = Connection.objects.filter(base_url=sandbox_base_url(stored))
        moved.update(base_url=sandbox_base_url(requested))
    return requested or stored or default


def sandbox_base_url(port: int) -> str:
    """The base URL of connections to the sandbox at this port."""
    return f"http://127.0.0.1:{port}"


def callback_targets(port: int) -> list[dict[str, str]]:
    """Key, secret and webhook URL of each connection to this sandbox; none without SEND_EVENTS_ENV.

    Newest first: of two connections with one API key the sandbox keeps the last, which is the older one.
    """
    if not os.environ.get(SEND_EVENTS_ENV):
        return []
    connections = Connection.objects.filter(base_url=sandbox_base_url(port), provider__in=WEBHOOK_PROVIDERS)
    return [_callback_target(connection) for connection in connections.order_by("-pk")]


def known_secrets(port: int) -> dict[str, str]:
    """The tokens of the phone accounts connected to this sandbox, by account SID or auth id; as above.

    Without them the sandbox would take whatever token it is shown first. Of two the older one counts.
    """
    if not os.environ.get(SEND_EVENTS_ENV):
        return {}
    connections = Connection.objects.filter(base_url=sandbox_base_url(port), provider__in=PHONE_PROVIDERS)
    found = [(connection.provider, connection.credentials()) for connection in connections.order_by("-pk")]
    return {keys[PHONE_PROVIDERS[name]]: keys["auth_token"] for name, keys in found if "auth_token" in keys}


def _callback_target(connection: Connection) -> dict[str, str]:
    keys = connection.credentials()
    return {"key": keys["api_key"], "secret": keys["api_secret"], "url": connection.events_url}


def _stored_port() -> int | None:
    """The port of the oldest Twilio connection to 127.0.0.1, which `make up` stored at its first start."""
    local = Connection.objects.filter(
        provider="twilio", base_url__regex=f"^{sandbox_base_url(0)[:-1]}[0-9]{{1,5}}$"
    )
    url = local.order_by("pk").values_list("base_url", flat=True).first()
    return int(url.rpartition(":")[2]) if url else None
