"""URLs of operations and auto-end rules; bulk-end is an action of calls (calls.api.platform)."""

from calls.api.bulk.operations import OperationViewSet
from calls.api.bulk.rules import AutoEndRuleViewSet
from liveplatform.api.routers import PlatformRouter

router = PlatformRouter()
router.register("operations", OperationViewSet)
router.register("auto-end-rules", AutoEndRuleViewSet)

urlpatterns = router.urls
