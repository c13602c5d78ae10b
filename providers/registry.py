"""The providers: credentials and adapter of each. Adding one is one entry in PROVIDERS."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from providers.base import Adapter
from providers.cloudflare.adapter import Cloudflare
from providers.credentials import CredentialSpec
from providers.errors import NotConfigured, NotSupported
from providers.getstream.adapter import GetStream
from providers.http import TransportOptions
from providers.livekit.adapter import LiveKit
from providers.plivo.adapter import Plivo
from providers.sockets import AddressPolicy
from providers.twilio.adapter import Twilio
from providers.vobiz.adapter import Vobiz


@dataclass(frozen=True)
class Provider:
    """A company with an adapter: without one, no connection to it can be made."""

    label: str
    credentials: CredentialSpec
    adapter: Callable[[Mapping[str, str], TransportOptions], Adapter]
    rooms_label: str = ""  # the name of its product with rooms, if not the label


# In order of preference, where an account is connected to several that can do the same.
PROVIDERS = {
    "twilio": Provider("Twilio", Twilio.credentials, Twilio),
    "getstream": Provider("GetStream", GetStream.credentials, GetStream, "GetStream Video"),
    "livekit": Provider("LiveKit", LiveKit.credentials, LiveKit),
    "cloudflare": Provider("Cloudflare RealtimeKit", Cloudflare.credentials, Cloudflare),
    "vobiz": Provider("Vobiz", Vobiz.credentials, Vobiz),
    "plivo": Provider("Plivo", Plivo.credentials, Plivo),
}
CREDENTIALS = {name: provider.credentials for name, provider in PROVIDERS.items()}
ROOM_PROVIDERS = tuple(name for name, each in PROVIDERS.items() if hasattr(each.adapter, "open_room"))


def room_provider_labels() -> list[str]:
    """The names of the products with rooms, in order of preference."""
    return [PROVIDERS[name].rooms_label or PROVIDERS[name].label for name in ROOM_PROVIDERS]


def provider_choices() -> list[tuple[str, str]]:
    """(name, label) of each provider, as Django's `choices`; a function, so that no migration lists them."""
    return [(name, provider.label) for name, provider in PROVIDERS.items()]


def build_adapter(
    provider: str,
    credentials: Mapping[str, str],
    *,
    base_url: str = "",
    key: str = "",
    timeout: float = 8.0,
    address_policy: AddressPolicy | None = None,
) -> Adapter:
    """The adapter of a provider for one set of credentials; the other arguments are TransportOptions.

    Raises NotSupported for a provider without an adapter, and NotConfigured that names a missing credential.
    """
    found = PROVIDERS.get(provider)
    if found is None:
        raise NotSupported(f"There is no adapter for {provider}.")
    missing = [name for name in found.credentials.required if not credentials.get(name)]
    if missing:
        raise NotConfigured(f"The {provider} connection lacks {', '.join(missing)}.")
    return found.adapter(credentials, TransportOptions(base_url, key, timeout, address_policy))
