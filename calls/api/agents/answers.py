"""The address at which a provider reads what an answered call does: XML, so it is none of the API's own.

A provider whose request is refused lets the callee hear an error, so an address that was good once is
answered with a document that hangs up.
"""

import structlog
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from calls.agents.addresses import ExpiredAddress, InvalidAddress, read_token
from calls.agents.answer import document_of
from providers.answers import HANG_UP

log = structlog.get_logger(__name__)


@csrf_exempt  # authenticated by its token alone
@require_http_methods(["GET", "POST"])
@never_cache
def answer(_request: HttpRequest, token: str) -> HttpResponse:
    """`/v1/agents/answers/{token}`: good for one call and half an hour. What the request says is not read."""
    try:
        return _xml(document_of(read_token(token)))
    except ExpiredAddress:
        log.warning("answer_address_expired")
        return _xml(HANG_UP)
    except InvalidAddress:
        return _xml(HANG_UP, status=403)


def _xml(document: str, status: int = 200) -> HttpResponse:
    return HttpResponse(document, content_type="text/xml; charset=utf-8", status=status)
