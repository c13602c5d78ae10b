"""API keys and connections."""

from liveplatform.accounts.api.error_codes import ERROR_CODES
from liveplatform.api.surfaces import Surface

ACCOUNTS = Surface(
    "accounts",
    tags={
        "Account": "The account's own settings.",
        "API keys": "Keys: create, rotate, revoke.",
        "Connections": "The account's own accounts at providers.",
    },
    urls="liveplatform.accounts.api.urls",
    error_codes=ERROR_CODES,
    enums={
        "ConnectionProvider": "liveplatform.accounts.api.serializers.PROVIDER_CHOICES",
        "CheckOutcome": "liveplatform.accounts.models.Connection.CheckOutcome",
    },
)
