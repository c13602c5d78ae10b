"""URLs of the sessions API."""

from liveplatform.api.routers import PlatformRouter

router = PlatformRouter()

urlpatterns = router.urls
