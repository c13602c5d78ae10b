"""The URL of the providers' events."""

from django.urls import path

from calls.provider_events.views import ProviderEventsView

urlpatterns = [path("v1/providers/<id:connection_id>/events", ProviderEventsView.as_view())]
