"""The audio streams of a call: start, list, get, stop one, stop all.

Where the vendors' own pages disagree, this is what is served, and why:

start       202 {message, stream_id}, as Vobiz' prose has it (its OpenAPI block says 200); at Plivo's address
            with api_id besides. The message is "audio streaming started".
stop one    204; 404 {api_id, error: "Stream not found"} if it is unknown, of another call, or over. A stop
            that the provider has accepted and not confirmed is 204 too: it is on record, and is carried on.
stop all    204, whatever runs, and of a call that is not there as well: no stream of it runs.
call over   404, as a look at a live call is: both vendors leave it open.
same URL    400 if the call streams to that service_url already; the same request within a minute is taken
            for a repetition whose answer was lost, and gets the stream of the first (calls/streams/fork.py).
one way     `bidirectional: true` as a JSON boolean means true. Vobiz takes it, and starts a one-way stream.
auth_id     of another account, or of none: 404.
"""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from calls.api.audio_streams import serializers as shapes
from calls.api.audio_streams.base import AccountViewSet
from calls.api.audio_streams.representation import ShownStream, StreamPage
from calls.models import MediaStream
from calls.streams.fork import start_fork
from calls.streams.stop import stop, stop_all
from liveplatform.accounts.scopes import READ, WRITE
from liveplatform.api import idempotency
from liveplatform.api.serializers import EnvelopeSerializer, PlainSerializer

STREAM_NOT_FOUND = "Stream not found"
PAGE = [
    OpenApiParameter("limit", int, description="1 to 100, default 20."),
    OpenApiParameter("offset", int, description="Default 0."),
]
NOTHING = OpenApiResponse(description="Done: nothing is answered.")
START: dict[str, Any] = {
    "summary": "Fork a call's audio to a WebSocket",
    "description": "The same request again within a minute gets the same stream; another one for a "
    "service_url that the call streams to already is 400.",
    "request": shapes.StartStreamRequest,
}


@extend_schema_view(
    list=extend_schema(summary="A call's audio streams, newest first", parameters=PAGE),
    create=extend_schema(**START, responses={202: shapes.StartedAnswer}),
)
class StreamViewSet(AccountViewSet[MediaStream]):
    """`/api/v1/Account/{auth_id}/Call/{call_uuid}/Stream/`, as Vobiz has it."""

    root: ClassVar[str] = "/api/v1"
    started_serializer: ClassVar[type[PlainSerializer]] = shapes.StartedAnswer
    queryset = MediaStream.objects.filter(kind=MediaStream.Kind.AUDIO)
    serializer_class = shapes.StreamAnswer
    list_serializer_class: ClassVar[type[EnvelopeSerializer]] = shapes.StreamsAnswer
    tags = ["Audio streams"]
    scopes = {"list": READ, "retrieve": READ, "create": WRITE, "stop": WRITE, "stop_all": WRITE}
    lenient_actions = frozenset({"list", "retrieve", "create", "stop", "stop_all"})
    unthrottled_actions = frozenset({"stop", "stop_all"})
    errors = {"create": (502, 503)}

    def get_queryset(self) -> QuerySet[MediaStream]:
        """The audio streams of the call in the path; none of a call that is not the account's."""
        streams = super().get_queryset().filter(call_id=self.uuid("call_uuid"))
        return streams.select_related("connection")

    def list(self, request: Request, auth_id: str, call_uuid: str) -> Response:
        limit, offset = self.page()
        self.phone_call()
        streams = self.get_queryset()
        rows = streams.order_by("-created_at", "-id")[offset : offset + limit]
        shown = [self._shown(stream) for stream in rows]
        page = StreamPage(shown, streams.count(), limit, offset, self._base)
        return Response(self.list_serializer_class.write(page))

    def create(self, request: Request, auth_id: str, call_uuid: str) -> Response:
        asked = shapes.fork_request(self.read(shapes.StartStreamRequest))
        stream = start_fork(
            self.phone_call(),
            asked,
            actor=self.principal.label,
            submission_key=idempotency.fingerprint_of(request),
        )
        answer = self.started_serializer.write(self._shown(stream))
        return Response(answer, status=202)

    @extend_schema(summary="Stop all audio streams of a call", request=None, responses={204: NOTHING})
    def stop_all(self, request: Request, auth_id: str, call_uuid: str) -> Response:
        call_id = self.uuid("call_uuid")
        if self.get_queryset().exists():
            stop_all(call_id, actor=self.principal.label)
        return Response(status=204)

    @extend_schema(summary="One audio stream")
    def retrieve(self, request: Request, auth_id: str, call_uuid: str, stream_id: str) -> Response:
        return Response(self.serializer_class.write(self._shown(self._stream())))

    @extend_schema(
        summary="Stop an audio stream",
        description="204 once it is stopped, or its provider has accepted the stop; 404 if it is over.",
        request=None,
        responses={204: NOTHING},
    )
    def stop(self, request: Request, auth_id: str, call_uuid: str, stream_id: str) -> Response:
        stream = self._stream()
        if stream.is_over:
            raise NotFound(STREAM_NOT_FOUND)
        stop(stream, actor=self.principal.label)
        return Response(status=204)

    def _stream(self) -> MediaStream:
        stream = self.get_queryset().filter(pk=self.uuid("stream_id")).first()
        if stream is None:
            raise NotFound(STREAM_NOT_FOUND)
        return stream

    @property
    def _base(self) -> str:
        return f"{self.root}/Account/{self.kwargs['auth_id']}/Call/{self.uuid('call_uuid')}/Stream/"

    def _shown(self, stream: MediaStream) -> ShownStream:
        return ShownStream(stream, self._base, WRITE in self.principal.scopes)


@extend_schema_view(create=extend_schema(**START, responses={202: shapes.PlivoStartedAnswer}))
class PlivoStreamViewSet(StreamViewSet):
    """`/v1/Account/{auth_id}/Call/{call_uuid}/Stream/`, as Plivo has it."""

    root = "/v1"
    started_serializer = shapes.PlivoStartedAnswer
    list_serializer_class = shapes.PlivoStreamsAnswer
