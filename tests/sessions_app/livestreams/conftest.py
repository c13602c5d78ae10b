"""An account whose rooms are broadcast by the studio."""

from tests.sessions_app.livestreams.fixtures import app, connection, kit, live_session, meeting, studio

__all__ = ["app", "connection", "kit", "live_session", "meeting", "studio"]
