"""The list of a brand's upcoming sessions, for a frame in the customer's own pages.

`<script src="https://…/static/sessions/embed.js" data-account="…" data-brand="…" async></script>` puts it
where it stands.
"""

from datetime import timedelta
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_exempt

from liveplatform.accounts.models import Account
from liveplatform.security.content_policy import HEADER, policy
from sessions_app.lookup import sessions_of
from sessions_app.models import Session
from sessions_app.models.details import MAX_BRAND_LENGTH
from sessions_app.pages.guard import page
from sessions_app.pages.view_data import views_of

MAX_SESSIONS = 20
# A session that is live is shown so long after its time.
STILL_SHOWN = timedelta(hours=12)
CACHE = "public, max-age=60"  # seconds


@xframe_options_exempt
@page
def upcoming(request: HttpRequest, account_id: UUID, brand_id: str) -> HttpResponse:
    """Public sessions that are live or to come, soonest first; none of a brand that nobody knows."""
    if len(brand_id) > MAX_BRAND_LENGTH or "\0" in brand_id:
        raise Http404
    if not Account.objects.filter(pk=account_id, is_active=True).exists():
        raise Http404
    values = {"views": views_of(_sessions(account_id, brand_id))}
    response = render(request, "sessions/embed.html", values)
    response.headers[HEADER] = policy().replace("frame-ancestors 'none'", "frame-ancestors *")
    response.headers["Cache-Control"] = CACHE
    return response


def _sessions(account_id: UUID, brand_id: str) -> list[Session]:
    now = timezone.now()
    rows = sessions_of(account_id, brand_id).filter(is_public=True, status__in=Session.OPEN)
    live = rows.filter(status=Session.Status.LIVE, scheduled_at__gt=now - STILL_SHOWN)
    coming = rows.filter(scheduled_at__gt=now)
    found = (live | coming).order_by("scheduled_at", "id")
    return list(found[:MAX_SESSIONS])
