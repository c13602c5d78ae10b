"""Addresses of keys and connections."""

from django.urls import path

from liveplatform.accounts import views

urlpatterns = [
    path("v1/api-keys", views.ApiKeysView.as_view()),
    path("v1/api-keys/<id:key_id>", views.ApiKeyView.as_view()),
    path("v1/api-keys/<id:key_id>/rotate", views.ApiKeyRotateView.as_view()),
    path("v1/connections", views.ConnectionsView.as_view()),
    path("v1/connections/<id:connection_id>", views.ConnectionView.as_view()),
]
