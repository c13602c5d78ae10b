"""Which providers there are, what each must be given, and how to speak with one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from providers.base import Adapter
from providers.errors import NotConfigured, NotSupported
from providers.getstream.adapter import GetStream
from providers.http import Transport
from providers.livekit.adapter import LiveKit
from providers.sockets import AddressPolicy
from providers.twilio.adapter import Twilio


@dataclass(frozen=True)
class CredentialSpec:
    """What a connection must hold: options can be shown, secrets are sealed; `optional` may be left out.

    `self_hosted`: there is no public one; each customer has a server of their own, at base_url.
    `identity_fields`: which of the options say whose account it is; that of a connection never changes.
    """

    options: tuple[str, ...]
    secrets: tuple[str, ...]
    optional: tuple[str, ...] = ()
    self_hosted: bool = False
    duration_fields: tuple[str, ...] = ()  # which of them are lengths of time
    identity_fields: tuple[str, ...] = ()

    @property
    def required(self) -> tuple[str, ...]:
        return self.options + self.secrets


CREDENTIALS = {
    "twilio": CredentialSpec(
        ("account_sid",), ("auth_token",), ("phone_number",), identity_fields=("account_sid",)
    ),
    "getstream": CredentialSpec(("api_key",), ("api_secret",)),
    "cloudflare": CredentialSpec(
        ("account_id", "app_id"), ("api_token",), identity_fields=("account_id", "app_id")
    ),
    "vobiz": CredentialSpec(("auth_id",), ("auth_token",), identity_fields=("auth_id",)),
    "livekit": CredentialSpec(
        ("api_key",),
        ("api_secret",),
        ("departure_timeout",),
        self_hosted=True,
        duration_fields=("departure_timeout",),
    ),
}

ADAPTERS: dict[str, Callable[..., Adapter]] = {
    "twilio": Twilio,
    "getstream": GetStream,
    "livekit": LiveKit,
}


def build_adapter(
    provider: str,
    credentials: Mapping[str, str],
    *,
    base_url: str = "",
    key: str = "",
    timeout: float = 8.0,
    address_policy: AddressPolicy | None = None,
) -> Adapter:
    """The adapter of a provider for one set of credentials.

    `key` names the connection, whose HTTP connections and breaker are shared; `timeout` is the deadline (s)
    of each request; `address_policy` says where its connections may go. Raises NotSupported, and NotConfigured,
    which names the missing credentials.
    """
    if provider not in ADAPTERS:
        raise NotSupported(f"There is no adapter for {provider}.")
    missing = [name for name in CREDENTIALS[provider].required if not credentials.get(name)]
    if missing:
        raise NotConfigured(f"The {provider} connection lacks {', '.join(missing)}.")
    transport = partial(Transport, key=key, timeout=timeout, address_policy=address_policy)
    return ADAPTERS[provider](credentials, base_url, transport)
