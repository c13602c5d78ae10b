"""Which providers there are, what each must be given, and how to speak with one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from providers.base import Adapter
from providers.errors import NotConfigured, NotSupported
from providers.getstream import GetStream
from providers.livekit import LiveKit
from providers.twilio import Twilio


@dataclass(frozen=True)
class Fields:
    """What a connection must hold: options can be shown, secrets are sealed; `extra` may be left out.

    `own_address`: there is no public one; each customer has a server of their own, at base_url.
    `owner`: which of the options say whose account it is; that of a connection never changes.
    """

    options: tuple[str, ...]
    secrets: tuple[str, ...]
    extra: tuple[str, ...] = ()
    own_address: bool = False
    seconds: tuple[str, ...] = ()  # which of them are lengths of time
    owner: tuple[str, ...] = ()

    @property
    def required(self) -> tuple[str, ...]:
        return self.options + self.secrets


FIELDS = {
    "twilio": Fields(("account_sid",), ("auth_token",), ("phone_number",), owner=("account_sid",)),
    "getstream": Fields(("api_key",), ("api_secret",)),
    "cloudflare": Fields(("account_id", "app_id"), ("api_token",), owner=("account_id", "app_id")),
    "vobiz": Fields(("auth_id",), ("auth_token",), owner=("auth_id",)),
    "livekit": Fields(
        ("api_key",),
        ("api_secret",),
        ("departure_timeout",),
        own_address=True,
        seconds=("departure_timeout",),
    ),
}

ADAPTERS: dict[str, Callable[..., Adapter]] = {
    "twilio": Twilio,
    "getstream": GetStream,
    "livekit": LiveKit,
}


def connect(
    provider: str,
    credentials: Mapping[str, str],
    *,
    base_url: str = "",
    key: str = "",
    timeout: float = 8.0,
) -> Adapter:
    """The adapter of a provider for one set of credentials.

    `key` names the connection, whose HTTP connections and breaker are shared; `timeout` is the
    deadline (s) of each request. NotConfigured names the credential that is missing.
    """
    if provider not in ADAPTERS:
        raise NotSupported(f"There is no adapter for {provider}.")
    missing = [name for name in FIELDS[provider].required if not credentials.get(name)]
    if missing:
        raise NotConfigured(f"The {provider} connection lacks {', '.join(missing)}.")
    return ADAPTERS[provider](credentials, base_url=base_url, key=key, timeout=timeout)
