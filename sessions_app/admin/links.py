"""Links from rows to the pages of their sessions, series and meetings."""

from uuid import UUID

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from sessions_app.models import Livestream, Meeting, Series, Session

MAX_MEETINGS = 20


def session_link(session: Session) -> SafeString:
    """A link to the session's page, with its title."""
    return _link("sessions_app_session_change", session.pk, str(session))


def series_link(series: Series | None) -> SafeString | str:
    """A link to the series; a dash for None."""
    return "–" if series is None else _link("sessions_app_series_change", series.pk, str(series))


def meeting_links(session: Session) -> SafeString | str:
    """Links to the session's meetings, with whether their livestreams run; a dash without any."""
    meetings = Meeting.objects.filter(session=session).order_by("created_at", "id")[:MAX_MEETINGS]
    runs = Livestream.objects.filter(meeting__session=session, is_active=True)
    active = set(runs.values_list("meeting_id", flat=True))
    lines = (
        (_link("sessions_app_meeting_change", each.pk, str(each)), " (live)" if each.pk in active else "")
        for each in meetings
    )
    return format_html_join(", ", "{}{}", lines) or "–"


def _link(page: str, pk: UUID, text: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse(f"admin:{page}", args=[pk]), text[:80])
