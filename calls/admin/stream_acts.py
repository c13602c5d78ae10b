"""Acts on one media stream, from its page."""

from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from calls.models import MediaStream, StreamStep
from calls.streams.stop import request_stops
from liveplatform.admin.audit import record, staff_actor
from liveplatform.admin.confirm import Confirmation, confirmation_page, is_confirmed
from liveplatform.admin.permissions import END_CALLS, may

CONSEQUENCE = "It is stopped at its provider. The call or meeting that it belongs to goes on."


class StreamActs(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs alone
    """The view behind the button of the page."""

    def stop_view(self, request: HttpRequest, stream_id: UUID) -> HttpResponse:
        """GET asks, POST puts the stop on record; workers carry it out."""
        stream = self._stream(request, stream_id)
        back = reverse("admin:calls_mediastream_change", args=[stream.pk])
        if not is_confirmed(request, 1):
            facts = [("Account", stream.account.name), ("Kind", stream.kind), ("Status", stream.status)]
            asked = Confirmation("Stop this stream", CONSEQUENCE, "Stop this stream", back, facts=facts)
            return confirmation_page(request, self.admin_site, asked)
        told = self._stop(stream, staff_actor(request))
        detail = {"before": stream.status, "told": told}
        account = stream.account_id
        record(
            request,
            "stop",
            MediaStream,
            target=str(stream),
            account_id=account,
            subjects=[stream.pk],
            detail=detail,
        )
        messages.success(request, told)
        return redirect(back)

    @staticmethod
    def _stop(stream: MediaStream, actor: str) -> str:
        if request_stops([stream.pk], reason="Stopped by staff", actor=actor):
            return "The stop is on record; the workers carry it out."
        if StreamStep.rerun(stream.pk, StreamStep.Kind.STOP):
            return "Its stop is tried again."
        return "It is over, or being stopped already."

    def _stream(self, request: HttpRequest, stream_id: UUID) -> MediaStream:
        """The stream, if the user may see it and stop it; 403 or 404 otherwise."""
        if not (may(request, END_CALLS) and self.has_view_permission(request)):
            raise PermissionDenied
        stream = self.get_queryset(request).select_related("account").filter(pk=stream_id).first()
        if not isinstance(stream, MediaStream):
            raise Http404(str(stream_id))
        return stream
