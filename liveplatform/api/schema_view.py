"""`/api/schema/`: the OpenAPI document, built once per process and sent with an ETag.

Building it takes seconds of CPU: one request at a time builds it, and those beside it are refused.
"""

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request

from liveplatform.api.exceptions import problem_for
from liveplatform.api.schema import PlatformSchemaGenerator
from liveplatform.api.surfaces import PLATFORM, Problem
from liveplatform.limits.concurrency import Busy, Limit

BUILDS = Limit("schema_builds", "builds of the OpenAPI document", per_key=1, total=1)

# The document, and its texts by media type.
_document: dict[str, Any] = {}
_texts: dict[str, bytes] = {}


class SchemaView(SpectacularAPIView):
    """The document in the media type that the request accepts: YAML by default, JSON by `?format=json`."""

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401 - as its base
        try:
            text = self._text(request)
        except Busy as busy:
            return _refused(busy)
        response = HttpResponse(text, content_type=request.accepted_renderer.media_type)
        response["ETag"] = etag = f'"{hashlib.sha256(text).hexdigest()[:32]}"'
        suffix = request.accepted_renderer.format
        response["Content-Disposition"] = f'inline; filename="liveplatform.{suffix}"'
        patch_vary_headers(response, ["Accept"])
        plain: HttpRequest = request._request
        return get_conditional_response(plain, etag=etag, response=response) or response

    def _text(self, request: Request) -> bytes:
        renderer = request.accepted_renderer
        if renderer.media_type not in _texts:
            with BUILDS.hold(None):
                if not _document:
                    generator = PlatformSchemaGenerator()  # type: ignore[no-untyped-call]
                    _document.update(generator.get_schema(public=True))
                text = renderer.render(_document, renderer_context={})
                _texts[renderer.media_type] = text.encode() if isinstance(text, str) else text
        return _texts[renderer.media_type]


def _refused(busy: Busy) -> HttpResponse:
    problem = problem_for(busy) or Problem(503, busy.default_code, str(busy))
    return JsonResponse(PLATFORM.render(problem), status=problem.status, headers=problem.headers)
