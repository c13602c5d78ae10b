"""The calendar feed of a person, at a signed address that calendars subscribe to."""

import hashlib

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from liveplatform.accounts.models import Account
from liveplatform.api.throttling import Limit, RateLimited, count_request
from sessions_app.invitations.feed import person_feed
from sessions_app.invitations.links import InvalidLink, read_feed_token

CONTENT_TYPE = "text/calendar; charset=utf-8"
CACHE = "private, max-age=300"  # seconds
PER_MINUTE = 30  # requests for one feed


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """The person's sessions; 304 for a calendar that has them, 404 for any other token, 429 for too many."""
    try:
        account_id, person_key = read_feed_token(token)
    except InvalidLink as error:
        raise Http404 from error
    try:
        count_request([Limit("feed", f"liveplatform:feed:{account_id}:{person_key}", PER_MINUTE)])
    except RateLimited as error:
        return HttpResponse(status=429, headers={"Retry-After": str(error.wait)})
    if not Account.objects.filter(pk=account_id, is_active=True).exists():
        raise Http404
    return calendar_response(request, person_feed(account_id, person_key), "sessions.ics")


def calendar_response(request: HttpRequest, calendar: bytes, name: str) -> HttpResponseBase:
    """A calendar with an ETag; 304 if the client has it."""
    response = HttpResponse(calendar, content_type=CONTENT_TYPE)
    response["ETag"] = f'"{hashlib.sha256(calendar).hexdigest()[:32]}"'
    response["Cache-Control"] = CACHE
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["X-Robots-Tag"] = "noindex"
    return get_conditional_response(request, etag=response["ETag"], response=response) or response
