"""URLs of API keys and connections."""

from liveplatform.accounts.api import schema  # noqa: F401 - registers the security schemes
from liveplatform.accounts.api.connections import ConnectionViewSet
from liveplatform.accounts.api.keys import ApiKeyViewSet
from liveplatform.api.routers import PlatformRouter

router = PlatformRouter()
router.register("api-keys", ApiKeyViewSet)
router.register("connections", ConnectionViewSet)

urlpatterns = router.urls
