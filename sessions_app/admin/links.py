"""Links from rows to the pages of their sessions and series."""

from uuid import UUID

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from sessions_app.models import Series, Session


def session_link(session: Session) -> SafeString:
    """A link to the session's page, with its title."""
    return _link("sessions_app_session_change", session.pk, str(session))


def series_link(series: Series | None) -> SafeString | str:
    """A link to the series; a dash for None."""
    return "–" if series is None else _link("sessions_app_series_change", series.pk, str(series))


def _link(page: str, pk: UUID, text: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse(f"admin:{page}", args=[pk]), text[:80])
