"""Admin pages in one transaction each, with a statement time-out."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import psycopg
from django.conf import settings
from django.contrib import admin
from django.db import OperationalError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import SimpleTemplateResponse, TemplateResponse

from liveplatform.db.timeouts import limit_statements

View = Callable[..., HttpResponseBase]


class BoundedPages(admin.AdminSite):
    """An act and its record commit together, and no page keeps the database busy for long."""

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:  # noqa: ANN401, FBT001, FBT002 - Django's
        return super().admin_view(self._bounded(view), cacheable)

    def _bounded(self, view: View) -> View:
        @wraps(view)
        def bounded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401
            try:
                with transaction.atomic():
                    limit_statements(int(settings.ADMIN_STATEMENT_TIMEOUT * 1000))
                    response = view(request, *args, **kwargs)
                    if isinstance(response, SimpleTemplateResponse):
                        response.render()  # here, as templates read rows too
                    return response
            except OperationalError as error:
                if not isinstance(error.__cause__, psycopg.errors.QueryCanceled):
                    raise
                return self._too_slow(request)

        return bounded

    def _too_slow(self, request: HttpRequest) -> HttpResponse:
        """503: the page was given up, and nothing was changed."""
        context = self.each_context(request) | {
            "title": "This took too long",
            "seconds": settings.ADMIN_STATEMENT_TIMEOUT,
        }
        return TemplateResponse(request, "admin/staff/too_slow.html", context, status=503).render()
