"""URLs of the sessions API."""

from django.urls import path

from liveplatform.api.routers import PlatformRouter
from sessions_app.api.admin_sessions.viewset import AdminSessionViewSet
from sessions_app.api.attendance.viewset import AttendanceViewSet
from sessions_app.api.feed import feed
from sessions_app.api.joining.viewset import JoiningViewSet
from sessions_app.api.livestreams.of_session import SessionLivestreamViewSet
from sessions_app.api.questions.viewset import QuestionViewSet
from sessions_app.api.registrations.register import RegisterViewSet
from sessions_app.api.registrations.viewset import RegistrationViewSet
from sessions_app.api.series.viewset import SeriesRegistrationViewSet, SeriesViewSet
from sessions_app.api.sessions.calendar import SessionCalendarViewSet
from sessions_app.api.sessions.viewset import LiveSessionViewSet, SessionViewSet

router = PlatformRouter()
router.register("sessions", SessionViewSet)
router.register("sessions/<id:session_id>.ics", SessionCalendarViewSet, basename="session-calendar")
router.register("live/sessions", LiveSessionViewSet)
router.register("admin/sessions", AdminSessionViewSet)
router.register("sessions/<id:session_id>/register", RegisterViewSet, basename="register")
router.register("sessions/<id:session_id>/registrations", RegistrationViewSet, basename="registrations")
router.register("sessions/<id:session_id>/questions", QuestionViewSet, basename="questions")
router.register("sessions", JoiningViewSet, basename="joining")
router.register("sessions/<id:session_id>/attendance", AttendanceViewSet, basename="attendance")
router.register(
    "sessions/<id:session_id>/livestream", SessionLivestreamViewSet, basename="session-livestream"
)
router.register("session-series", SeriesViewSet)
router.register(
    "session-series/<id:series_id>/registrations", SeriesRegistrationViewSet, basename="series-registrations"
)

urlpatterns = [*router.urls, path("sessions/feed/<str:token>.ics", feed, name="session-feed")]
