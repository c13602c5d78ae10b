"""Media streams over the platform's own API: of the account, and of one call."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from calls.api.base import CallErrors
from calls.api.fields import ReasonField
from calls.lifecycle.lookup import get_call
from calls.models import MediaStream
from calls.streams.representation import MediaStreamSerializer
from calls.streams.stop import stop
from liveplatform.accounts.scopes import READ, WRITE
from liveplatform.api.serializers import EnvelopeSerializer, IdField, PageQuery
from liveplatform.api.viewsets import PlatformViewSet


class StreamQuery(PageQuery):
    """Which streams a list holds."""

    status = serializers.ChoiceField(MediaStream.Status.choices, required=False)
    kind = serializers.ChoiceField(MediaStream.Kind.choices, required=False)
    call = IdField(required=False, source="call_id", help_text="The id of a call.")


class StreamsSerializer(EnvelopeSerializer):
    """A page of streams, newest first."""

    streams = MediaStreamSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True, help_text="null on the last page.")


class StopRequest(serializers.Serializer[dict[str, Any]]):
    """Why a stream is stopped. Nothing can be wrong with it; other fields are ignored."""

    reason = ReasonField(required=False, allow_null=True)


STOP = (
    "Answered within four seconds, with the `outcome` as far as it is known: what is `accepted` and not "
    "confirmed is on record, and is carried on. Safe to repeat."
)


@extend_schema_view(
    list=extend_schema(summary="The account's media streams, newest first"),
    retrieve=extend_schema(summary="Get a media stream"),
)
class StreamViewSet(ListModelMixin, RetrieveModelMixin, CallErrors, PlatformViewSet[MediaStream]):
    """`/v1/streams`"""

    queryset = MediaStream.objects.all()
    serializer_class = MediaStreamSerializer
    list_serializer_class = StreamsSerializer
    query_serializer = StreamQuery
    lookup_url_kwarg = "stream_id"
    not_found = "There is no such stream in this account."
    tags = ["Streams"]
    scopes = {"list": READ, "retrieve": READ, "stop": WRITE}
    lenient_actions = unthrottled_actions = frozenset({"stop"})

    @extend_schema(summary="Stop a media stream", description=STOP, request=StopRequest)
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, stream_id: UUID) -> Response:
        stream = self.get_object()
        reason = self.read(StopRequest).get("reason") or ""
        stopped = stop(stream, reason=reason, actor=self.principal.label)
        return Response(MediaStreamSerializer.write(stopped))


@extend_schema_view(list=extend_schema(summary="The media streams of a call, newest first"))
class CallStreamViewSet(ListModelMixin, CallErrors, PlatformViewSet[MediaStream]):
    """`/v1/calls/{id}/streams`"""

    queryset = MediaStream.objects.all()
    serializer_class = MediaStreamSerializer
    list_serializer_class = StreamsSerializer
    tags = ["Streams"]
    scopes = {"list": READ}

    def get_queryset(self) -> QuerySet[MediaStream]:
        """The streams of the account's call in the URL. Raises CallNotFound."""
        call = get_call(self.kwargs["call_id"], self.principal.account_id)
        return super().get_queryset().filter(call=call)
