"""REST resource `/v1/account/callback-secret`: what signs callbacks in vendors' forms."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from liveplatform.accounts import callback_secrets
from liveplatform.accounts.models import CallbackSecret
from liveplatform.accounts.scopes import ADMIN
from liveplatform.api.serializers import PlainSerializer
from liveplatform.api.viewsets import PlatformViewSet


class CallbackSecretSerializer(PlainSerializer):
    """The secret that signs callbacks in vendors' forms; its text is not shown."""

    created_at = serializers.DateTimeField(allow_null=True, help_text="Null: there is none yet.")
    rotated_at = serializers.DateTimeField(allow_null=True)


class IssuedCallbackSecretSerializer(CallbackSecretSerializer):
    """The new secret with its text, shown only once."""

    secret = serializers.CharField(help_text="The `auth_token` of Plivo's and Vobiz's validators.")


class CallbackSecretViewSet(PlatformViewSet[CallbackSecret]):
    """`/v1/account/callback-secret`"""

    queryset = CallbackSecret.objects.all()
    serializer_class = CallbackSecretSerializer
    tags = ["Account"]
    scopes = {"retrieve": ADMIN, "rotate": ADMIN}
    atomic_actions = bodyless_actions = frozenset({"rotate"})

    @extend_schema(
        summary="The callback secret",
        description="When it was made and rotated. It signs callbacks to a stream's `status_callback_url`.",
    )
    def retrieve(self, request: Request) -> Response:
        found = self.get_queryset().first()
        if found is None:
            return Response(CallbackSecretSerializer.write_fields(created_at=None, rotated_at=None))
        return Response(CallbackSecretSerializer.write(found))

    @extend_schema(
        summary="Make or rotate the callback secret",
        description="Only this answer holds the secret. The former one signs nothing from now on.",
        request=None,
        responses={201: IssuedCallbackSecretSerializer},
    )
    def rotate(self, request: Request) -> Response:
        row = callback_secrets.rotate(self.principal.account_id)
        return Response(IssuedCallbackSecretSerializer.write(row), status=status.HTTP_201_CREATED)
