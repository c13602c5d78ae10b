"""URLs of the livestreams API: under `/client/v4`, as Cloudflare's SDKs ask, and without it."""

from django.urls import path
from rest_framework.viewsets import ViewSetMixin

from liveplatform.api.routers import PlatformRouter
from sessions_app.api.livestreams.analytics import AnalyticsViewSet
from sessions_app.api.livestreams.apps import AppViewSet
from sessions_app.api.livestreams.livestreams import LivestreamViewSet, RunsOfSessionViewSet, RunViewSet
from sessions_app.api.livestreams.meetings import MeetingViewSet
from sessions_app.api.livestreams.webhooks import WebhookViewSet, public_key

KIT = "accounts/<id:account_id>/realtime/kit"
APP = f"{KIT}/<id:app_id>"

PREFIXES = ("client/v4/", "")

RESOURCES: dict[str, type[ViewSetMixin]] = {
    f"{KIT}/apps": AppViewSet,
    f"{APP}/meetings": MeetingViewSet,
    f"{APP}/livestreams/sessions": RunViewSet,
    f"{APP}/livestreams": LivestreamViewSet,
    f"{APP}/sessions/<id:session_id>/livestream-sessions": RunsOfSessionViewSet,
    f"{APP}/analytics/livestreams": AnalyticsViewSet,
    f"{APP}/webhooks": WebhookViewSet,
}

routers = [PlatformRouter((prefix,)) for prefix in PREFIXES]
for router in routers:
    for resource, viewset in RESOURCES.items():
        router.register(resource, viewset, basename=f"livestreams-{viewset.__name__.lower()}")

urlpatterns = [
    *(url for router in routers for url in router.urls),
    path(".well-known/webhooks.json", public_key, name="webhook-public-key"),
]
