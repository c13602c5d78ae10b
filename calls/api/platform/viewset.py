"""Calls over the platform's own API."""

from uuid import UUID

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from calls.api.base import CallListMixin
from calls.api.bulk.bulk_end import BulkEndMixin
from calls.api.platform import serializers as shapes
from calls.api.platform.export import ExportMixin
from calls.api.platform.filters import filter_parameters, parse_order
from calls.api.platform.record import RecordMixin
from calls.api.platform.surface import LIST, REGISTRATION
from calls.api.platform.transcript import TranscriptMixin
from calls.api.telephony.parsers import EndBodyParser
from calls.api.telephony.registration import RegisterCallMixin
from calls.filters import CallFilter
from calls.filters.ordering import Order
from calls.lifecycle.end import end
from calls.models import Call
from calls.models.end_code import EndCode
from calls.representation import CallSerializer
from calls.timeline import timeline
from liveplatform.accounts.scopes import ADMIN, READ, WRITE


@extend_schema_view(
    list=extend_schema(
        summary="List all calls, newest first",
        description="Calls must match all filters. 400 for a filter that no index can answer.",
        parameters=filter_parameters(),
    )
)
class CallViewSet(CallListMixin, ExportMixin, RecordMixin, TranscriptMixin, BulkEndMixin, RegisterCallMixin):
    """`/v1/calls`; POST there is the telephony API's registration of calls."""

    queryset = Call.objects.all()
    serializer_class = CallSerializer
    list_serializer_class = shapes.CallsSerializer
    surfaces = {"list": LIST, "create": REGISTRATION}
    fallback_surfaces = {"create": LIST}
    tags = ["Calls"]
    scopes = {
        **dict.fromkeys(("list", "export", "record", "timeline"), READ),
        **dict.fromkeys(("transcript", "analysis", "recordings"), READ),
        **dict.fromkeys(("create", "end", "annotate", "put_transcript", "append_transcript"), WRITE),
        **dict.fromkeys(("run_analysis", "sync_recordings"), WRITE),
        "bulk_end": ADMIN,
    }
    atomic_actions = frozenset({"create", "bulk_end"})
    atomic_if_idempotent_actions = frozenset({"end"})
    lenient_actions = frozenset({"end"})
    unthrottled_actions = frozenset({"end", "bulk_end"})
    query_names = dict.fromkeys(("list", "export"))
    bodyless_actions = frozenset({"run_analysis", "sync_recordings"})
    errors = {"run_analysis": (409,)}

    def call_filter(self) -> CallFilter:
        return CallFilter.from_query(self.request.query_params, ignore=("cursor", "limit", "order"))

    def call_order(self) -> Order:
        return parse_order(self.request)

    @extend_schema(
        summary="End any call, phone or video",
        description="Ends the call at once; workers run the post-processing. Safe to repeat. Never refused "
        "because of its reason or code, or of fields that it does not have.",
        request=shapes.EndRequest,
    )
    @action(detail=True, methods=["post"], parser_classes=[EndBodyParser])
    def end(self, request: Request, call_id: UUID) -> Response:
        data = self.read(shapes.EndRequest)
        reason, code = data["reason"] or "", data["code"] or EndCode.ENDED_BY_API
        result = end(call_id, reason=reason, code=code, **self.requester)
        return Response(CallSerializer.write(self.shown(result.call)))

    @extend_schema(
        summary="Everything that happened to a call, in order", responses=shapes.TimelineSerializer
    )
    @action(detail=True)
    def timeline(self, request: Request, call_id: UUID) -> Response:
        entries = timeline(self.get_object())
        return Response(shapes.TimelineSerializer.write_fields(timeline=entries))
