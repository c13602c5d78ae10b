"""Addresses of the platform's own call API."""

from django.urls import path

from calls.platform import export, listing, numbers, record_views, views

urlpatterns = [
    path("v1/calls", listing.CallsListView.as_view()),
    path("v1/calls/export", export.ExportView.as_view()),
    path("v1/calls/<id:call_id>/end", views.CallEndView.as_view()),
    path("v1/calls/<id:call_id>/steps", views.StepsView.as_view()),
    path("v1/calls/<id:call_id>/steps/<slug:kind>/run", views.StepRunView.as_view()),
    path("v1/calls/<id:call_id>/timeline", views.TimelineView.as_view()),
    path("v1/calls/<id:call_id>/transcript", views.TranscriptView.as_view()),
    path("v1/calls/<id:call_id>/analysis", views.AnalysisView.as_view()),
    path("v1/calls/<id:call_id>/record", record_views.RecordView.as_view()),
    path("v1/calls/<id:call_id>/recordings", record_views.RecordingsView.as_view()),
    path("v1/phone-numbers", numbers.PhoneNumbersView.as_view()),
    path("v1/phone-numbers/<id:number_id>", numbers.PhoneNumberView.as_view()),
]
