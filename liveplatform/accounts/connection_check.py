"""Try a connection's credentials at its provider, and keep what came back on the connection."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from liveplatform.accounts.adapters import adapter_for
from liveplatform.accounts.models import Connection
from liveplatform.accounts.provider_waits import waiting_for
from providers.base import ChecksCredentials
from providers.errors import ProviderError, Rejected

TIMEOUT = 5.0  # seconds; somebody waits for the answer


@dataclass(frozen=True)
class ConnectionCheck:
    """What the provider said of the credentials; `code` and `help_url` are the provider's, or empty."""

    outcome: Connection.CheckOutcome
    message: str
    code: str
    help_url: str
    checked_at: datetime

    @property
    def is_refused(self) -> bool:
        """Whether the provider was asked, and refused."""
        return self.outcome == Connection.CheckOutcome.REFUSED


def try_credentials(connection: Connection) -> ConnectionCheck:
    """Ask the provider whether it accepts the credentials of a connection, saved or not. Saves nothing.

    Only the provider itself refuses: if it is down, or is not asked because its address is internal or a
    credential is missing, the outcome is "unknown", and the message says why. May take TIMEOUT seconds.
    """
    error = _error(connection)
    code, help_url = (error.code, error.help_url) if error else ("", "")
    return ConnectionCheck(_outcome_of(error), str(error or "")[:300], code, help_url, timezone.now())


def check_connection(connection: Connection) -> ConnectionCheck:
    """As `try_credentials`; saves the outcome. The connection stays usable, whatever it is."""
    check = try_credentials(connection)
    keep_check(connection, check)
    Connection.objects.filter(pk=connection.pk).update(
        checked_at=check.checked_at, check_outcome=check.outcome, check_message=check.message
    )
    return check


def keep_check(connection: Connection, check: ConnectionCheck | None) -> None:
    """Set the outcome on the connection; None: its credentials have not been tried. Does not save."""
    connection.checked_at = check.checked_at if check else None
    connection.check_outcome = check.outcome if check else ""
    connection.check_message = check.message if check else ""


def _error(connection: Connection) -> ProviderError | None:
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
    if isinstance(error, Rejected):
        return Connection.CheckOutcome.REFUSED
    return Connection.CheckOutcome.UNKNOWN
