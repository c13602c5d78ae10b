"""Export of calls over REST: any number, streamed as CSV or NDJSON."""

from collections.abc import Iterator

import structlog
from django.db import Error
from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request

from calls.api.base import CallsViewSet
from calls.api.platform.filters import filter_parameters, parse_order
from calls.api.platform.renderers import COLUMNS, RENDERERS, CallRenderer, Row
from calls.api.platform.throttling import MAX_PER_ACCOUNT, ExportStream
from calls.filters import CallFilter, InvalidFilter
from calls.filters.batches import batches

log = structlog.get_logger(__name__)

DESCRIPTION = (
    "Streamed, with the filters of the list and without a limit of calls. A call is exported with the values "
    "at the moment when its row is read. **The last line marks the end and has the number of calls**; an "
    "answer without that line, or whose last line says that the export was aborted, is incomplete: repeat "
    f"it. An account has at most {MAX_PER_ACCOUNT} exports at once in a web process; the next one gets 429. "
    "An export whose client reads nothing for half a minute is closed."
)
FORMAT = OpenApiParameter("format", str, enum=list(RENDERERS), description="Default: csv.")
CSV = OpenApiResponse(
    OpenApiTypes.STR,
    description="Column names, a line per call, and at the end `# end` and the number of calls; "
    "`# broken off` if the export was aborted.",
)
NDJSON = OpenApiResponse(
    OpenApiTypes.STR,
    description='An object per call, and at the end `{"end":true,"calls":N}`; `"end":false` '
    "if the export was aborted.",
)


class ExportMixin(CallsViewSet):
    """`/v1/calls/export`"""

    @extend_schema(
        summary="Export calls as CSV or NDJSON",
        description=DESCRIPTION,
        parameters=[FORMAT, *filter_parameters()],
        responses={(200, "text/csv"): CSV, (200, "application/x-ndjson"): NDJSON},
    )
    @action(detail=False)
    def export(self, request: Request) -> StreamingHttpResponse:
        renderer = _renderer(request)
        call_filter = CallFilter.from_query(request.query_params, ignore=("format", "order"))
        fields, descending = tuple(COLUMNS.values()), parse_order(request).descending
        rows = batches(call_filter, self.principal.account_id, fields, descending=descending)
        chunks = _render(renderer, rows)
        # HEAD has no body, and a server need not close what it never iterates: it takes no slot.
        stream = ExportStream(chunks, self.principal.account_id) if request.method == "GET" else ()
        response = StreamingHttpResponse(stream, content_type=renderer.content_type)
        name = f"calls-{timezone.now():%Y-%m-%d}.{renderer.extension}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        response["Cache-Control"] = "no-store"
        return response


def _renderer(request: Request) -> CallRenderer:
    renderer = RENDERERS.get(request.query_params.get("format", "csv"))
    if renderer is None:
        raise InvalidFilter("format", f"Give one of {', '.join(RENDERERS)}.")
    return renderer


def _render(renderer: CallRenderer, batches: Iterator[list[Row]]) -> Iterator[bytes]:
    """Header, rows and a trailer that says whether the export is complete.

    The trailer is needed because the server sends the final chunk after an exception, too (granian).
    """
    exported = 0
    if header := renderer.header():
        yield header
    try:
        for rows in batches:
            exported += len(rows)
            # An empty chunk lets the server's thread serve others between batches without a match.
            yield renderer.rows(rows) if rows else b""
    except Error:
        log.error("export_aborted", calls=exported)
        yield renderer.trailer(exported, whole=False)
        raise
    yield renderer.trailer(exported, whole=True)
