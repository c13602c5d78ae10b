"""Try a connection's credentials at its provider, and keep what came back on the connection."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models.functions import Now

from liveplatform.accounts.adapters import adapter_for
from liveplatform.accounts.models import Connection
from liveplatform.accounts.provider_waits import waiting_for
from providers.base import ChecksCredentials
from providers.errors import ProviderError, Unavailable

TIMEOUT = 5.0  # seconds; somebody waits for the answer


@dataclass(frozen=True)
class ConnectionCheck:
    """What the provider said of the credentials; `code` and `help_url` are the provider's, or empty."""

    outcome: Connection.CheckOutcome
    message: str
    code: str
    help_url: str
    checked_at: datetime


def check_connection(connection: Connection) -> ConnectionCheck:
    """Ask the provider whether it accepts the credentials; nothing is changed there.

    A provider that is down refuses nothing: the outcome is "unknown" then, and the connection stays usable.
    Saves the outcome. Not for use within a transaction: the provider may take TIMEOUT seconds to answer.
    """
    error = _refusal(connection)
    outcome = _outcome_of(error)
    message = str(error or "")[:300]
    Connection.objects.filter(pk=connection.pk).update(
        checked_at=Now(), check_outcome=outcome, check_message=message
    )
    connection.refresh_from_db(fields=["checked_at", "check_outcome", "check_message"])
    checked_at = connection.checked_at or connection.updated_at
    code, help_url = (error.code, error.help_url) if error else ("", "")
    return ConnectionCheck(outcome, message, code, help_url, checked_at)


def _refusal(connection: Connection) -> ProviderError | None:
    try:
        adapter = adapter_for(connection, timeout=TIMEOUT)
        if isinstance(adapter, ChecksCredentials):
            with waiting_for(connection):
                adapter.check_credentials()
    except ProviderError as error:
        return error
    return None


def _outcome_of(error: ProviderError | None) -> Connection.CheckOutcome:
    if error is None:
        return Connection.CheckOutcome.ACCEPTED
    if isinstance(error, Unavailable):
        return Connection.CheckOutcome.UNKNOWN
    return Connection.CheckOutcome.REFUSED
