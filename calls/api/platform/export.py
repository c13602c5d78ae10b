"""Exporting calls: as many as there are, as CSV or NDJSON, streamed."""

from collections.abc import Iterator
from typing import Any

import structlog
from django.db import Error
from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request

from calls.api.base import CallsView
from calls.api.platform.listing import ORDER, filter_parameters, is_descending
from calls.api.platform.renderers import (
    COLUMNS,
    csv_header,
    csv_lines,
    csv_trailer,
    ndjson_lines,
    ndjson_trailer,
)
from calls.api.platform.throttling import MAX_ACTIVE, ExportStream
from calls.filters import CallFilter, InvalidFilter
from calls.filters.batches import batches
from liveplatform.api.exceptions import error_responses

log = structlog.get_logger(__name__)

FORMATS: dict[str, tuple[str, Any, Any]] = {
    "csv": ("text/csv; charset=utf-8", csv_lines, csv_trailer),
    "ndjson": ("application/x-ndjson", ndjson_lines, ndjson_trailer),
}
FORMAT = OpenApiParameter("format", str, enum=list(FORMATS), description="Default: csv.")


class ExportView(CallsView):
    """`/v1/calls/export`"""

    scopes = {"GET": "read:live"}

    @extend_schema(
        operation_id="platform_calls_export",
        tags=["Calls"],
        summary="Export calls as CSV or NDJSON",
        description=(
            "Streamed, with the filters of the list; however many calls there are. A call is exported as it "
            "stands when its turn comes. **The last line says that it is the end, and how many calls there "
            "are before it**; an answer without that line, or whose last line says that it broke off, is "
            f"not complete: ask again. At most {MAX_ACTIVE} exports run at once in a web process; 429 asks to "
            "come again."
        ),
        parameters=[
            FORMAT,
            *filter_parameters(),
            ORDER,
        ],
        responses={
            (200, "text/csv"): OpenApiResponse(
                OpenApiTypes.STR,
                description="Names, a line per call, and at the end `# end` and the number of calls; "
                "`# broken off` instead, if it broke off.",
            ),
            (200, "application/x-ndjson"): OpenApiResponse(
                OpenApiTypes.STR,
                description='An object per call, and at the end `{"end":true,"calls":N}`; `"end":false`, '
                "if it broke off.",
            ),
            **error_responses("platform", 400, 429),
        },
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        name = request.query_params.get("format", "csv")
        if name not in FORMATS:
            raise InvalidFilter("format", f"Give one of {', '.join(FORMATS)}.")
        selection = CallFilter.from_query(request.query_params, ignore=("format", "order"))
        chunks = self._chunks(name, selection, descending=is_descending(request))
        # Who asks for the head alone gets no lines, and a server need not close what it never read.
        export = ExportStream(chunks) if request.method == "GET" else ()
        response = StreamingHttpResponse(export, content_type=FORMATS[name][0])
        file = f"calls-{timezone.now():%Y-%m-%d}.{name}"
        response["Content-Disposition"] = f'attachment; filename="{file}"'
        response["Cache-Control"] = "no-store"
        return response

    def _chunks(self, name: str, selection: CallFilter, *, descending: bool) -> Iterator[bytes]:
        """The lines, and a last one by which a reader knows that they are all.

        The server closes what broke off as it closes what is whole (granian sends the final chunk after an
        exception too), so the mark is in the text.
        """
        _, lines, end = FORMATS[name]
        exported = 0
        if name == "csv":
            yield csv_header()
        try:
            for rows in self._batches(selection, descending=descending):
                exported += len(rows)
                yield lines(rows)
        except Error:
            log.error("export_broken_off", calls=exported)
            yield end(exported, whole=False)
            raise
        yield end(exported, whole=True)

    def _batches(self, selection: CallFilter, *, descending: bool) -> Iterator[list[Any]]:
        fields = tuple(COLUMNS.values())
        found = batches(selection, self.principal.account_id, fields, descending=descending)
        return (rows for rows in found if rows)
