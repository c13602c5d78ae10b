"""Addresses of the live surface."""

from django.urls import path

from calls.api.live_calls import acting, viewset

urlpatterns = [
    path("v1/live/calls", viewset.LiveCallsView.as_view()),
    path("v1/live/calls/<id:call_id>", viewset.LiveCallView.as_view()),
    path("v1/live/calls/<id:call_id>/end", viewset.LiveCallEndView.as_view()),
    path("v1/live/calls/<id:call_id>/start", acting.LiveCallStartView.as_view()),
    path("v1/live/calls/<id:call_id>/token", acting.LiveCallTokenView.as_view()),
]
