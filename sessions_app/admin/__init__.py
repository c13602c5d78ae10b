"""The admin of sessions: pages, rosters, series, questions, duties, mails, and livestreams."""

from sessions_app.admin import livestream, people, series, session, work

__all__ = ["livestream", "people", "series", "session", "work"]
