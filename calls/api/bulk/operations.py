"""Bulk-end and operations over REST. Nothing is decided here."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from calls.api.base import CallsView
from calls.api.bulk import serializers as shapes
from calls.bulk import operations as many
from calls.bulk.run import describe
from calls.models import Operation
from liveplatform.api.exceptions import Conflict, error_responses
from liveplatform.api.pagination import keyset_page, page_parameters

TAGS = ["Ending many calls"]


class BulkEndView(CallsView):
    """`/v1/calls/bulk-end`"""

    scopes = {"POST": "admin:live"}
    atomic = True
    rate_limited = False

    @extend_schema(
        operation_id="calls_bulk_end",
        tags=TAGS,
        summary="End many calls: a list, a filter, or all",
        description=(
            "Answers at once; the calls that are live at this moment are ended in the background, some "
            "hundreds in a transaction. Watch the operation at /v1/operations/{id}."
        ),
        request=shapes.BulkEndRequest,
        responses={
            202: OpenApiResponse(shapes.OperationSerializer, description="Begun"),
            200: OpenApiResponse(shapes.WouldEndSerializer, description="The answer to a dry run"),
            **error_responses("platform", 400),
        },
        examples=[
            OpenApiExample("Emergency stop", value={"all": True, "reason": "fraud"}, request_only=True),
            OpenApiExample(
                "Old test calls",
                value={"filter": {"is_test": True, "created_at": {"lt": "30m"}}, "code": "quality_control"},
                request_only=True,
            ),
        ],
    )
    def post(self, request: Request) -> Response:
        body = shapes.BulkEndRequest(data=request.data)
        body.is_valid(raise_exception=True)
        sent, principal = body.validated_data, self.principal
        if sent["dry_run"]:
            return Response({"would_end": many.count_live(principal.account_id, sent["wanted"])})
        operation = many.start_operation(
            principal.account_id,
            sent["wanted"],
            reason=sent["reason"],
            code=sent["code"],
            actor=principal.label,
        )
        return Response(describe(operation), status=202)


class OperationsView(CallsView):
    """`/v1/operations`"""

    scopes = {"GET": "read:live"}

    @extend_schema(
        operation_id="operations_list",
        tags=TAGS,
        summary="The account's operations, newest first",
        parameters=page_parameters(),
        responses={200: shapes.OperationsSerializer, **error_responses("platform", 400)},
    )
    def get(self, request: Request) -> Response:
        rows = Operation.objects.filter(account_id=self.principal.account_id)
        page, cursor = keyset_page(rows, request)
        return Response({"operations": [describe(row) for row in page], "next_cursor": cursor})


class OneOperationView(CallsView):
    """A view about one operation of the account."""

    def operation(self, operation_id: UUID) -> Operation:
        found = Operation.objects.filter(pk=operation_id, account_id=self.principal.account_id).first()
        if found is None:
            raise NotFound("There is no such operation in this account.")
        return found


class OperationView(OneOperationView):
    """`/v1/operations/{id}`"""

    scopes = {"GET": "read:live"}
    rate_limited = False

    @extend_schema(
        operation_id="operations_get",
        tags=TAGS,
        summary="An operation: how far it is, and how many calls are left",
        responses={200: shapes.WatchedOperationSerializer, **error_responses("platform", 404)},
    )
    def get(self, request: Request, operation_id: UUID) -> Response:
        return Response(_watched(self.operation(operation_id)))


class OperationCancelView(OneOperationView):
    """`/v1/operations/{id}/cancel`"""

    scopes = {"POST": "admin:live"}
    rate_limited = False

    @extend_schema(
        operation_id="operations_cancel",
        tags=TAGS,
        summary="Stop an operation; what it ended stays ended",
        request=None,
        responses={200: shapes.WatchedOperationSerializer, **error_responses("platform", 404, 409)},
    )
    def post(self, request: Request, operation_id: UUID) -> Response:
        operation = self.operation(operation_id)
        if not many.cancel(operation):
            raise Conflict("The operation is over already.")
        operation.refresh_from_db()
        return Response(_watched(operation))


def _watched(operation: Operation) -> dict[str, Any]:
    return describe(operation) | {"remaining": many.remaining(operation)}
