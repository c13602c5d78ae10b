"""URLs of the live calls API."""

from calls.api.live_calls.viewset import LiveCallViewSet
from liveplatform.api.routers import PlatformRouter

router = PlatformRouter()
router.register("live/calls", LiveCallViewSet)

urlpatterns = router.urls
