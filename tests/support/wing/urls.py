"""URLs of the wing."""

from liveplatform.api.routers import PlatformRouter
from tests.support.wing.viewset import BadgeViewSet

router = PlatformRouter(("wing/",))
router.register("badges", BadgeViewSet)

urlpatterns = router.urls
