"""URLs of the account, its API keys and connections."""

from django.urls import path

from liveplatform.accounts.api import schema  # noqa: F401 - registers the security schemes
from liveplatform.accounts.api.account import AccountViewSet
from liveplatform.accounts.api.callback_secret import CallbackSecretViewSet
from liveplatform.accounts.api.connections import ConnectionViewSet
from liveplatform.accounts.api.keys import ApiKeyViewSet
from liveplatform.api.routers import PlatformRouter

router = PlatformRouter()
router.register("api-keys", ApiKeyViewSet)
router.register("connections", ConnectionViewSet)

account = AccountViewSet.as_view({"get": "retrieve", "patch": "partial_update"})

callback_secret = CallbackSecretViewSet.as_view({"get": "retrieve", "post": "rotate"})

urlpatterns = [
    path("v1/account", account, name="account"),
    path("v1/account/callback-secret", callback_secret, name="callback-secret"),
    *router.urls,
]
