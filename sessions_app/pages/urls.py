"""URLs of the public pages."""

from django.urls import path

from liveplatform.api import converters  # noqa: F401 - registers <id:…>
from sessions_app.pages import calendar, embedded, links, room, session_page

urlpatterns = [
    path("sessions/<id:session_id>", session_page.show, name="session-page"),
    path("sessions/<id:session_id>.ics", calendar.download, name="session-ics"),
    path("sessions/<str:address>", session_page.unknown),  # half an id, from a link that was cut
    path("sessions/embed/<id:account_id>/<path:brand_id>", embedded.upcoming, name="session-embed"),
    path("sessions/join/<str:token>.ics", calendar.download_own, name="session-own-ics"),
    path("sessions/join/<str:token>", room.enter, name="session-join"),
    path("sessions/cancel/<str:token>", links.cancel, name="session-cancel"),
    path("sessions/accept/<str:token>", links.accept, name="session-accept"),
    path("sessions/decline/<str:token>", links.decline, name="session-decline"),
]
