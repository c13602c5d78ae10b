"""Livestreams without a meeting: somebody pushes media to them with an encoder of their own."""

from sessions_app.models import App, Livestream


def create_livestream(app: App, name: str) -> Livestream:
    """A livestream that is IDLE. It has an ingest address only where its backend gives one."""
    livestream = Livestream.objects.create(account_id=app.account_id, app=app, name=name)
    livestream.refresh_from_db()
    return livestream
