"""Addresses of the live surface."""

from django.urls import path

from calls.live import acting, views

urlpatterns = [
    path("v1/live/calls", views.LiveCallsView.as_view()),
    path("v1/live/calls/<id:call_id>", views.LiveCallView.as_view()),
    path("v1/live/calls/<id:call_id>/end", views.LiveCallEndView.as_view()),
    path("v1/live/calls/<id:call_id>/start", acting.LiveCallStartView.as_view()),
    path("v1/live/calls/<id:call_id>/token", acting.LiveCallTokenView.as_view()),
]
