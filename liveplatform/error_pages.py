"""Errors outside a view: a page for staff under /admin/, and the shape of the surface everywhere else."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from liveplatform.admin.middleware import ADMIN_PREFIX
from liveplatform.api import exceptions


def handler400(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Such as a link with a filter that the list does not offer."""
    if not _is_staffs(request):
        return exceptions.handler400(request, exception)
    return _page(
        request,
        400,
        "This cannot be asked for",
        "The link or form has a filter or value that is not offered.",
    )


def handler404(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """No such page, or a row that the user may not see."""
    if not _is_staffs(request):
        return exceptions.handler404(request, exception)
    return _page(request, 404, "Not found", "There is no such page, or no such row among those that you see.")


def handler500(request: HttpRequest) -> HttpResponse:
    """The traceback is logged with the request id."""
    if not _is_staffs(request):
        return exceptions.handler500(request)
    return _page(request, 500, "Something went wrong here", "It has been logged, and nothing was changed.")


def _is_staffs(request: HttpRequest) -> bool:
    return request.path.startswith(ADMIN_PREFIX)


def _page(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    return render(request, "admin/staff/error.html", {"title": title, "text": text}, status=status)
