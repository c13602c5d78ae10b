"""URLs of the webhooks API."""

from liveplatform.api.routers import PlatformRouter
from liveplatform.webhooks.api import converters  # noqa: F401 - registers <event_id:…>
from liveplatform.webhooks.api.deliveries import DeliveryViewSet
from liveplatform.webhooks.api.endpoints import EndpointViewSet
from liveplatform.webhooks.api.events import EventViewSet

router = PlatformRouter()
router.register("webhooks/endpoints", EndpointViewSet)
router.register("webhooks/events", EventViewSet)
router.register("webhooks/deliveries", DeliveryViewSet)

urlpatterns = router.urls
