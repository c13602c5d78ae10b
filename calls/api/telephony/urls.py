"""URLs of the telephony API: as the vendor's prose has them, and under /v1 as its pages do."""

from calls.api.telephony.agents import TelephonyAgentViewSet
from calls.api.telephony.phone_numbers import TelephonyPhoneNumberViewSet
from calls.api.telephony.registration import ExternalCallViewSet
from calls.api.telephony.viewset import TelephonyCallViewSet
from liveplatform.api.routers import PlatformRouter

# POST /v1/calls is in calls.api.platform, which answers GET there.
unversioned = PlatformRouter(("",))
unversioned.register("calls", ExternalCallViewSet)

router = PlatformRouter(("", "v1/"))
router.register("calls", TelephonyCallViewSet)
router.register("ai-agent", TelephonyAgentViewSet)
router.register("phone_number", TelephonyPhoneNumberViewSet)

urlpatterns = [*unversioned.urls, *router.urls]
