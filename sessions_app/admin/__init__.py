"""The admin of sessions: a session's page, its roster and waitlist, series, questions, duties and mails."""

from sessions_app.admin import people, series, session, work

__all__ = ["people", "series", "session", "work"]
