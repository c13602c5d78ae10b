"""URLs of the platform's own API of calls."""

from calls.api.platform.participants import ParticipantViewSet
from calls.api.platform.phone_numbers import PhoneNumberViewSet
from calls.api.platform.steps import StepViewSet
from calls.api.platform.streams import CallStreamViewSet, StreamViewSet
from calls.api.platform.viewset import CallViewSet
from liveplatform.api.routers import PlatformRouter

router = PlatformRouter()
router.register("calls", CallViewSet)
router.register("calls/<id:call_id>/steps", StepViewSet, basename="steps")
router.register("calls/<id:call_id>/participants", ParticipantViewSet, basename="participants")
router.register("calls/<id:call_id>/streams", CallStreamViewSet, basename="streams")
router.register("streams", StreamViewSet)
router.register("phone-numbers", PhoneNumberViewSet)

urlpatterns = router.urls
