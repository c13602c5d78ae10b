"""The address at which a provider reads what an answered call does."""

import structlog
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request

from calls.agents.addresses import ExpiredAddress, InvalidAddress, read_token
from calls.agents.answer import document_of
from liveplatform.api.views import PlatformView
from providers.answers import HANG_UP

log = structlog.get_logger(__name__)

DOCUMENT = {(200, "text/xml"): OpenApiResponse(OpenApiTypes.STR, description="In the XML of the provider.")}
REFUSED = {(403, "text/xml"): OpenApiResponse(OpenApiTypes.STR, description="Not signed here: a hang-up.")}


class AnswerView(PlatformView):
    """`/v1/agents/answers/{token}`: authenticated by its token, which is good for one call and half an hour.

    A provider whose request is refused lets the callee hear an error, so an address that was good once is
    answered with a document that hangs up.
    """

    authentication_classes = []
    permission_classes = []
    lenient_actions = unthrottled_actions = frozenset({"get", "post"})
    idempotent = False

    @extend_schema(
        operation_id="agents_answer",
        tags=["Agents"],
        summary="What an answered call does, for its provider",
        description="A provider is given this address with the call; it holds for 30 minutes.",
        auth=[],
        responses=DOCUMENT | REFUSED,
    )
    def get(self, request: Request, token: str) -> HttpResponse:
        return _answer(token)

    @extend_schema(
        operation_id="agents_answer_post",
        tags=["Agents"],
        summary="The same, for providers that POST",
        auth=[],
        request={"application/x-www-form-urlencoded": OpenApiTypes.OBJECT},
        responses=DOCUMENT | REFUSED,
    )
    def post(self, request: Request, token: str) -> HttpResponse:
        return _answer(token)


def _answer(token: str) -> HttpResponse:
    try:
        return _xml(document_of(read_token(token)))
    except ExpiredAddress:
        log.warning("answer_address_expired")
        return _xml(HANG_UP)
    except InvalidAddress:
        return _xml(HANG_UP, status=403)


def _xml(document: str, status: int = 200) -> HttpResponse:
    response = HttpResponse(document, content_type="text/xml; charset=utf-8", status=status)
    response["Cache-Control"] = "no-store"
    return response
