"""Acts on one connection, from its page: try its credentials."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from liveplatform.accounts.connection_check import ConnectionCheck, check_connection
from liveplatform.accounts.models import Connection
from liveplatform.admin.base import LargeTableAdmin

LEVELS = {
    Connection.CheckOutcome.ACCEPTED: messages.SUCCESS,
    Connection.CheckOutcome.REFUSED: messages.ERROR,
    Connection.CheckOutcome.UNKNOWN: messages.WARNING,
}


class ConnectionActs(LargeTableAdmin):
    """The button "Check", and what the provider said of credentials that were just saved."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.check_view)
        name = "accounts_connection_check"
        return [path("<uuid:connection_id>/check/", view, name=name), *super().get_urls()]

    @method_decorator(require_POST)
    def check_view(self, request: HttpRequest, connection_id: UUID) -> HttpResponse:
        """Try the credentials at the provider, where nothing changes."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        connection = get_object_or_404(self.get_queryset(request), pk=connection_id)
        check = check_connection(connection)
        self.record(request, "check", connection, outcome=check.outcome)
        self._tell(request, check)
        return redirect(reverse("admin:accounts_connection_change", args=[connection.pk]))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: ANN401
        super().save_model(request, obj, form, change)
        if form.check_result:
            self._tell(request, form.check_result)

    def _tell(self, request: HttpRequest, check: ConnectionCheck) -> None:
        text = f"Credentials: {check.outcome.label}. {check.message}".rstrip()
        self.message_user(request, text, LEVELS[check.outcome])
