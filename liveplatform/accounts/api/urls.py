"""Addresses of keys and connections."""

from django.urls import path

from liveplatform.accounts.api import connections as connection_views
from liveplatform.accounts.api import keys as key_views

urlpatterns = [
    path("v1/api-keys", key_views.ApiKeysView.as_view()),
    path("v1/api-keys/<id:key_id>", key_views.ApiKeyView.as_view()),
    path("v1/api-keys/<id:key_id>/rotate", key_views.ApiKeyRotateView.as_view()),
    path("v1/connections", connection_views.ConnectionsView.as_view()),
    path("v1/connections/<id:connection_id>", connection_views.ConnectionView.as_view()),
]
