"""The models of accounts: Account is the tenant, to which every other row belongs."""

from liveplatform.accounts.models.account import MAX_METADATA_KEYS, MAX_STREAM_SECONDS, Account, new_auth_id
from liveplatform.accounts.models.api_key import ApiKey
from liveplatform.accounts.models.callback_secret import CallbackSecret
from liveplatform.accounts.models.connection import Connection
from liveplatform.accounts.models.jwt_issuer import JwtIssuer

__all__ = [
    "MAX_METADATA_KEYS",
    "MAX_STREAM_SECONDS",
    "Account",
    "ApiKey",
    "CallbackSecret",
    "Connection",
    "JwtIssuer",
    "new_auth_id",
]
