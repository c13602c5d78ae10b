"""Exporting calls: as many as there are, as CSV or NDJSON, streamed."""

import threading
from collections.abc import Iterator
from typing import Any

import structlog
from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import Throttled
from rest_framework.request import Request

from calls.platform.formats import COLUMNS, csv_head, csv_lines, ndjson_lines
from calls.platform.listing import ORDER, direction, filters
from calls.selecting import BadSelection, Selection
from calls.selecting.batches import batches
from calls.views import CallsView
from liveplatform.api.errors import problems

log = structlog.get_logger(__name__)

FORMATS = {
    "csv": ("text/csv; charset=utf-8", csv_lines),
    "ndjson": ("application/x-ndjson", ndjson_lines),
}
FORMAT = OpenApiParameter("format", str, enum=list(FORMATS), description="Default: csv.")
# A reader may be slow, and a thread of the web process is his meanwhile; the others are everybody else's.
AT_ONCE = 2
_places = threading.BoundedSemaphore(AT_ONCE)


class Export:
    """The lines of an export. Holds one of the places of this process until it is closed."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.chunks, self.is_open = chunks, _places.acquire(blocking=False)
        if not self.is_open:
            raise Throttled(wait=10)

    def __iter__(self) -> Iterator[bytes]:
        return self.chunks

    def close(self) -> None:
        """Whoever serves the response calls this, whatever became of it."""
        if self.is_open:
            self.is_open = False
            _places.release()


class ExportView(CallsView):
    """`/v1/calls/export`"""

    scopes = {"GET": "read:live"}

    @extend_schema(
        operation_id="platform_calls_export",
        tags=["Calls"],
        summary="Export calls as CSV or NDJSON",
        description=(
            "Streamed, with the filters of the list; however many calls there are. A call is exported as it "
            "stands when its turn comes. An answer that breaks off is not complete. At most "
            f"{AT_ONCE} exports run at once in a web process; 429 asks to come again."
        ),
        parameters=[
            FORMAT,
            *filters(),
            ORDER,
        ],
        responses={
            (200, "text/csv"): OpenApiResponse(OpenApiTypes.STR, description="Names, then a line per call."),
            (200, "application/x-ndjson"): OpenApiResponse(
                OpenApiTypes.STR, description="An object per call."
            ),
            **problems("house", 400, 429),
        },
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        name = request.query_params.get("format", "csv")
        if name not in FORMATS:
            raise BadSelection("format", f"Give one of {', '.join(FORMATS)}.")
        selection = Selection.from_query(request.query_params, besides=("format", "order"))
        chunks = self._chunks(name, selection, descending=direction(request))
        # Who asks for the head alone gets no lines, and a server need not close what it never read.
        export = Export(chunks) if request.method == "GET" else ()
        response = StreamingHttpResponse(export, content_type=FORMATS[name][0])
        file = f"calls-{timezone.now():%Y-%m-%d}.{name}"
        response["Content-Disposition"] = f'attachment; filename="{file}"'
        response["Cache-Control"] = "no-store"
        return response

    def _chunks(self, name: str, selection: Selection, *, descending: bool) -> Iterator[bytes]:
        lines: Any = FORMATS[name][1]
        if name == "csv":
            yield csv_head()
        fields = tuple(COLUMNS.values())
        for rows in batches(selection, self.principal.account_id, fields, descending=descending):
            if rows:
                yield lines(rows)
