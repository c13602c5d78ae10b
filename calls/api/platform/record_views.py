"""A call's own record in the platform's words: notes, rating, recordings. Nothing is decided here."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from calls.api.platform.record_serializers import (
    AnnotationRequest,
    RecordingsSerializer,
    RecordSerializer,
    describe_record,
)
from calls.api.platform.serializers import DoneSerializer
from calls.api.platform.viewset import TAGS, OneCallView
from calls.lifecycle.update import annotate_call
from calls.models import Call, Recording
from calls.recordings.schedule import sync_now
from calls.recordings.store import represent_recording
from liveplatform.api.exceptions import error_responses


class RecordView(OneCallView):
    """`/v1/calls/{id}/record`"""

    scopes = {"GET": "read:live", "PATCH": "write:live"}

    @extend_schema(
        operation_id="platform_record_get",
        tags=TAGS,
        summary="Everything on record of a call, by phone or video",
        responses={200: RecordSerializer, **error_responses("platform", 404)},
    )
    def get(self, request: Request, call_id: UUID) -> Response:
        return Response(describe_record(self.call(call_id)))

    @extend_schema(
        operation_id="platform_record_change",
        tags=TAGS,
        summary="Put notes, a rating, feedback or metadata on a call, over or not",
        description="What the body lacks stays; null clears. `metadata` is merged (RFC 7396).",
        request=AnnotationRequest,
        responses={200: RecordSerializer, **error_responses("platform", 400, 404)},
    )
    def patch(self, request: Request, call_id: UUID) -> Response:
        body = AnnotationRequest(data=request.data)
        body.is_valid(raise_exception=True)
        principal = self.principal
        call = annotate_call(
            call_id, account_id=principal.account_id, actor=principal.label, changes=body.changes()
        )
        return Response(describe_record(call))


class RecordingsView(OneCallView):
    """`/v1/calls/{id}/recordings`"""

    scopes = {"GET": "read:live", "POST": "write:live"}

    @extend_schema(
        operation_id="platform_recordings_list",
        tags=TAGS,
        summary="The recordings of a call, oldest first",
        description="Links that perish are renewed before they do, for 30 days after they were ready.",
        responses={200: RecordingsSerializer, **error_responses("platform", 404)},
    )
    def get(self, request: Request, call_id: UUID) -> Response:
        return Response({"recordings": _recordings(self.call(call_id))})

    @extend_schema(
        operation_id="platform_recordings_look",
        tags=TAGS,
        summary="Look at the provider for recordings, now",
        request=None,
        responses={202: DoneSerializer, **error_responses("platform", 404)},
    )
    def post(self, request: Request, call_id: UUID) -> Response:
        sync_now([self.call(call_id)])
        return Response({"message": "A worker asks the provider now."}, status=202)


def _recordings(call: Call) -> list[dict[str, object]]:
    found = Recording.objects.filter(call=call).order_by("ready_at", "id")
    return [represent_recording(recording) for recording in found]
