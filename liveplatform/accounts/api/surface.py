"""API keys and connections."""

from liveplatform.api.surfaces import Surface

ACCOUNTS = Surface(
    "accounts",
    urls="liveplatform.accounts.api.urls",
    enums={"ConnectionProvider": "liveplatform.accounts.api.serializers.PROVIDER_CHOICES"},
)
