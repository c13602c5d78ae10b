"""Rows of this app for tests/api/test_tenants.py: one of each kind whose id is in a URL."""

from liveplatform.accounts.keys import make_key
from liveplatform.accounts.models import Account, Connection

LISTS = ("/v1/connections",)


def ids(account: Account) -> dict[str, object]:
    """The id of one of the account's rows, by the name of the path parameter."""
    connection = Connection.objects.create(account=account, provider="getstream")
    return {"key_id": make_key(account)[0].pk, "connection_id": connection.pk}
