"""Addresses of the webhooks API."""

from uuid import UUID

from django.urls import URLPattern, path, register_converter

from liveplatform.webhooks.api import deliveries as views
from liveplatform.webhooks.api import endpoints as endpoint_views


class EventIdConverter:
    """An event's id, with or without its evt_."""

    regex = "(?:evt_)?[0-9a-fA-F-]{32,36}"

    def to_python(self, value: str) -> UUID:
        return UUID(value.removeprefix("evt_"))

    def to_url(self, value: UUID) -> str:
        return f"evt_{value.hex}"


register_converter(EventIdConverter, "event_id")

ENDPOINTS = "v1/webhooks/endpoints"
DELIVERIES = "v1/webhooks/deliveries"

urlpatterns: list[URLPattern] = [
    path(ENDPOINTS, endpoint_views.EndpointsView.as_view()),
    path(f"{ENDPOINTS}/<id:endpoint_id>", endpoint_views.EndpointView.as_view()),
    path(f"{ENDPOINTS}/<id:endpoint_id>/rotate-secret", endpoint_views.RotateSecretView.as_view()),
    path(f"{ENDPOINTS}/<id:endpoint_id>/test", endpoint_views.TestEndpointView.as_view()),
    path(f"{ENDPOINTS}/<id:endpoint_id>/recover", endpoint_views.RecoverEndpointView.as_view()),
    path("v1/webhooks/events", views.EventsView.as_view()),
    path("v1/webhooks/events/<event_id:event_id>", views.EventView.as_view()),
    path(DELIVERIES, views.DeliveriesView.as_view()),
    path(f"{DELIVERIES}/<id:delivery_id>", views.DeliveryView.as_view()),
    path(f"{DELIVERIES}/<id:delivery_id>/resend", views.DeliveryResendView.as_view()),
]
