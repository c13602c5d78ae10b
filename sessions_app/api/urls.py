"""URLs of the sessions API."""

from liveplatform.api.routers import PlatformRouter
from sessions_app.api.sessions.viewset import LiveSessionViewSet, SessionViewSet

router = PlatformRouter()
router.register("sessions", SessionViewSet)
router.register("live/sessions", LiveSessionViewSet)

urlpatterns = router.urls
