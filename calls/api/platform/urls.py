"""Addresses of the platform's own call API."""

from django.urls import path

from calls.api.platform import export, listing, phone_numbers, record_views, viewset
from liveplatform.api.routers import PlatformRouter

router = PlatformRouter()
router.register("calls", listing.CallListViewSet)

urlpatterns = [
    *router.urls,
    path("v1/calls/export", export.ExportView.as_view()),
    path("v1/calls/<id:call_id>/end", viewset.CallEndView.as_view()),
    path("v1/calls/<id:call_id>/steps", viewset.StepsView.as_view()),
    path("v1/calls/<id:call_id>/steps/<slug:kind>/run", viewset.StepRunView.as_view()),
    path("v1/calls/<id:call_id>/timeline", viewset.TimelineView.as_view()),
    path("v1/calls/<id:call_id>/transcript", viewset.TranscriptView.as_view()),
    path("v1/calls/<id:call_id>/analysis", viewset.AnalysisView.as_view()),
    path("v1/calls/<id:call_id>/record", record_views.RecordView.as_view()),
    path("v1/calls/<id:call_id>/recordings", record_views.RecordingsView.as_view()),
    path("v1/phone-numbers", phone_numbers.PhoneNumbersView.as_view()),
    path("v1/phone-numbers/<id:number_id>", phone_numbers.PhoneNumberView.as_view()),
]
