"""Addresses of the live surface."""

from django.urls import path

from calls.live import views

urlpatterns = [
    path("v1/live/calls", views.LiveCallsView.as_view()),
    path("v1/live/calls/<id:call_id>", views.LiveCallView.as_view()),
    path("v1/live/calls/<id:call_id>/end", views.LiveCallEndView.as_view()),
]
