"""An app's webhooks over REST, and the address of the public key that their signatures are checked with."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as fields
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from liveplatform.accounts.scopes import ADMIN
from liveplatform.api.serializers import PlainSerializer
from sessions_app.api.livestreams import requests, serializers
from sessions_app.api.livestreams.base import LivestreamsViewSet, answer
from sessions_app.livestreams import webhooks
from sessions_app.livestreams.keys import current_pair
from sessions_app.models import LivestreamWebhook

WebhookAnswer = serializers.answer_of(serializers.WebhookSerializer)


class WebhookEventList(PlainSerializer):
    """The names of the events that can be subscribed to."""

    success = fields.BooleanField()
    data = fields.ListField(child=fields.CharField())  # type: ignore[assignment]


class WebhookViewSet(LivestreamsViewSet[LivestreamWebhook]):
    """`…/realtime/kit/{app_id}/webhooks`"""

    queryset = LivestreamWebhook.objects.all()
    serializer_class = serializers.WebhookSerializer
    list_serializer_class = serializers.WebhookList
    lookup_url_kwarg = "webhook_id"
    tags = ["Livestream webhooks"]
    scopes = dict.fromkeys(
        ("list", "create", "retrieve", "update", "partial_update", "destroy", "event_types"), ADMIN
    )

    @extend_schema(summary="List webhooks")
    def list(self, request: Request, **_: Any) -> Response:  # noqa: ANN401 - of the URL
        rows = LivestreamWebhook.objects.filter(app=self.app).order_by("created_at", "id")
        return answer([serializers.WebhookSerializer.write(row) for row in rows])

    @extend_schema(
        summary="Create a webhook", request=requests.WebhookRequest, responses={201: WebhookAnswer}
    )
    def create(self, request: Request, **_: Any) -> Response:  # noqa: ANN401
        webhook = webhooks.create_webhook(self.app, self.read(requests.WebhookRequest))
        return _answer(webhook, 201)

    @extend_schema(summary="Get a webhook", responses=WebhookAnswer)
    def retrieve(self, request: Request, webhook_id: UUID, **_: Any) -> Response:  # noqa: ANN401
        return _answer(self._webhook())

    @extend_schema(summary="Replace a webhook", request=requests.WebhookRequest, responses=WebhookAnswer)
    def update(self, request: Request, webhook_id: UUID, **_: Any) -> Response:  # noqa: ANN401
        return _answer(webhooks.change_webhook(self._webhook(), self.read(requests.WebhookRequest)))

    @extend_schema(summary="Change a webhook", request=requests.WebhookRequest, responses=WebhookAnswer)
    def partial_update(self, request: Request, webhook_id: UUID, **_: Any) -> Response:  # noqa: ANN401
        changes = self.read(requests.WebhookRequest, partial=True)
        return _answer(webhooks.change_webhook(self._webhook(), changes))

    @extend_schema(summary="Delete a webhook", responses={200: WebhookAnswer})
    def destroy(self, request: Request, webhook_id: UUID, **_: Any) -> Response:  # noqa: ANN401
        webhook = self._webhook()
        written = serializers.WebhookSerializer.write(webhook)
        webhook.delete()
        return answer(written)

    @extend_schema(summary="List the events that webhooks can have", responses=WebhookEventList)
    @action(detail=False, methods=["get"], url_path="all")
    def event_types(self, request: Request, **_: Any) -> Response:  # noqa: ANN401
        return answer(list(webhooks.EVENTS) if self.app else [])

    def _webhook(self) -> LivestreamWebhook:
        return webhooks.get_webhook(self.app, self.kwargs["webhook_id"])


@csrf_exempt  # it takes nothing: another method is 405, not an HTML page about cookies
@require_safe
def public_key(request: HttpRequest) -> JsonResponse:
    """`/.well-known/webhooks.json`, as the vendor has it: the key that checks `rtk-signature`."""
    data = {"publicKey": current_pair().public_key}
    return JsonResponse({"success": True, "data": data, "message": ""})


def _answer(webhook: LivestreamWebhook, status: int = 200) -> Response:
    return answer(serializers.WebhookSerializer.write(webhook), status)
