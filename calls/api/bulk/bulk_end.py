"""Bulk ends over REST: an action of calls."""

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from calls.api.base import CallsViewSet
from calls.api.bulk import serializers as shapes
from calls.bulk.operations import count_live_within_bounds, start_operation
from calls.bulk.representation import OperationSerializer
from liveplatform.accounts.scopes import READ
from liveplatform.api.exceptions import MissingScope

EXAMPLES = [
    OpenApiExample(
        "Emergency stop, counted only: without dry_run it ends every live call",
        value={"all": True, "reason": "fraud", "dry_run": True},
        request_only=True,
    ),
    OpenApiExample(
        "Old test calls",
        value={
            "filter": {"is_test": True, "created_at": {"lt": "30m"}},
            "code": "quality_control",
            "dry_run": True,
        },
        request_only=True,
    ),
]


class BulkEndMixin(CallsViewSet):
    """`/v1/calls/bulk-end`"""

    @extend_schema(
        summary="End many calls: a list, a filter, or all",
        description=(
            "Answers at once; workers end the calls that are live now, in transactions of some hundred "
            "calls. Poll the operation at /v1/operations/{id}. **Scheduled calls are left alone**, also by "
            '`all`, unless `ids` or the filter names them: `{"status": "scheduled"}`. `dry_run` counts '
            "the calls and ends none."
        ),
        tags=["Ending many calls"],
        request=shapes.BulkEndRequest,
        responses={
            202: OpenApiResponse(OperationSerializer, description="Started"),
            200: OpenApiResponse(shapes.WouldEndSerializer, description="The result of a dry run"),
        },
        examples=EXAMPLES,
    )
    @action(detail=False, methods=["post"], url_path="bulk-end")
    def bulk_end(self, request: Request) -> Response:
        data, principal = self.read(shapes.BulkEndRequest), self.principal
        call_filter, reason, code = data["call_filter"], data["reason"], data["code"]
        if data["dry_run"]:
            if not self.may_read:
                raise MissingScope(READ)
            would_end = count_live_within_bounds(principal.account_id, call_filter)
            return Response(shapes.WouldEndSerializer.write_fields(would_end=would_end))
        operation = start_operation(
            principal.account_id, call_filter, reason=reason, code=code, actor=principal.label
        )
        return Response(OperationSerializer.write(operation), status=202)
