"""API keys and connections."""

from liveplatform.accounts.api.error_codes import ERROR_CODES
from liveplatform.api.surfaces import Surface

ACCOUNTS = Surface(
    "accounts",
    urls="liveplatform.accounts.api.urls",
    error_codes=ERROR_CODES,
    enums={
        "ConnectionProvider": "liveplatform.accounts.api.serializers.PROVIDER_CHOICES",
        "CheckOutcome": "liveplatform.accounts.models.Connection.CheckOutcome",
    },
)
