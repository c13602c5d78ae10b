"""Apps: groups of meetings."""

from uuid import UUID

from liveplatform.accounts.models import Connection
from sessions_app.livestreams.exceptions import LivestreamNotFound, NotPossible
from sessions_app.livestreams.rooms import broadcasts
from sessions_app.models import App


def create_app(account_id: UUID, name: str, connection_id: UUID | None = None) -> App:
    """An app, over this connection if one is given. Raises NotPossible if it cannot broadcast rooms."""
    owned = Connection.objects.filter(account_id=account_id)
    connection = owned.filter(pk=connection_id).first() if connection_id else None
    if connection_id and connection is None:
        raise NotPossible("connection_id", "There is no such connection in this account.")
    if connection and not broadcasts(connection):
        raise NotPossible("connection_id", f"{connection.provider} broadcasts no rooms.")
    app = App.objects.create(account_id=account_id, name=name, connection=connection)
    app.refresh_from_db()
    return app


def get_app(account_id: UUID, app_id: UUID) -> App:
    """The account's app. Raises LivestreamNotFound."""
    app = App.objects.select_related("connection").filter(account_id=account_id, pk=app_id).first()
    if app is None:
        raise LivestreamNotFound(f"There is no app {app_id.hex} in this account.")
    return app


def default_app(account_id: UUID) -> App:
    """The app of the meetings that sessions are broadcast as: the account's oldest, or a new one."""
    oldest = App.objects.filter(account_id=account_id).order_by("created_at", "id").first()
    return oldest or create_app(account_id, "Sessions")
