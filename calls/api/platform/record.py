"""A call's record over REST: everything on record of it, its annotations and its recordings."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from calls.api.base import CallsViewSet
from calls.api.platform import serializers as shapes
from calls.lifecycle.update import annotate_call
from calls.models import Recording
from calls.recordings.schedule import sync_now
from calls.representation import CallSerializer


class RecordMixin(CallsViewSet):
    """`/v1/calls/{id}/record` and `/v1/calls/{id}/recordings`"""

    @extend_schema(summary="The full record of a call", responses=CallSerializer)
    @action(detail=True)
    def record(self, request: Request, call_id: UUID) -> Response:
        return Response(CallSerializer.write(self.get_object()))

    @extend_schema(
        summary="Change the notes, rating, feedback or metadata of a call, ended or not",
        description="Fields not sent are kept; null clears a field. `metadata` is merged (RFC 7396).",
        request=shapes.AnnotationRequest,
        responses=CallSerializer,
    )
    @record.mapping.patch
    def annotate(self, request: Request, call_id: UUID) -> Response:
        changes = self.read(shapes.AnnotationRequest)
        call = annotate_call(call_id, changes=changes, **self.requester)
        return Response(CallSerializer.write(self.shown(call)))

    @extend_schema(
        summary="The recordings of a call, oldest first",
        description="Expiring links are renewed until 30 days after the recording was ready.",
        responses=shapes.RecordingsSerializer,
    )
    @action(detail=True)
    def recordings(self, request: Request, call_id: UUID) -> Response:
        recordings = Recording.objects.filter(call=self.get_object()).order_by("ready_at", "id")
        return Response(shapes.RecordingsSerializer.write_fields(recordings=recordings))

    @extend_schema(
        summary="Sync the recordings with the provider now",
        request=None,
        responses={202: shapes.DoneSerializer},
    )
    @recordings.mapping.post
    def sync_recordings(self, request: Request, call_id: UUID) -> Response:
        sync_now([self.get_object()])
        done = shapes.DoneSerializer.write_fields(message="A worker asks the provider now.")
        return Response(done, status=202)
