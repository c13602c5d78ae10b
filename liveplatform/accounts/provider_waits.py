"""Bounds how many request threads wait for providers: a slow one must not take all threads of a process.

A request that finds no place, or whose provider has been answering slowly, is refused at once.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from liveplatform.accounts.models import Connection
from liveplatform.limits.concurrency import Busy, Limit
from providers.errors import Unavailable
from providers.http import require_quick

# In a web process, which has eight request threads (liveplatform/web/application.py).
PER_CONNECTION = 2
PER_ACCOUNT = 3
TOTAL = 5

_by_connection = Limit("provider_waits", "requests to this provider", per_key=PER_CONNECTION, total=TOTAL)
_by_account = Limit("provider_waits", "requests to providers", per_key=PER_ACCOUNT, total=TOTAL)


class ProviderBusy(Unavailable):
    """The provider was not asked: too many requests wait for it, or it answers slowly."""


@contextmanager
def waiting_for(connection: Connection | None) -> Iterator[None]:
    """Hold a place to wait for the connection's provider. Raises ProviderBusy if there is none.

    Without a connection nothing is held: there is nobody to wait for.
    """
    if connection is None:
        yield
        return
    with ExitStack() as places:
        try:
            places.enter_context(_by_account.hold(connection.account_id))
            places.enter_context(_by_connection.hold(connection.pk))
            require_quick(str(connection.pk), connection.provider)
        except (Busy, Unavailable) as error:
            raise ProviderBusy(str(error), code="busy") from error
        yield
