"""Whether a request may send its body: judged by its address and its headers alone."""

from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.urls import Resolver404, resolve
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from liveplatform.api.views import PlatformView
from liveplatform.web.bodies import BodyUnwanted, WithheldBody
from liveplatform.web.environ import Environ


def may_send_body(environ: Environ) -> bool:
    """False if the request is answered without its body: nothing is there, or the credentials are refused.

    A view outside the API (the admin's log-in) and one that verifies a signature over the body get it.
    Queries the database, where the credentials are not known yet.
    """
    try:
        view = resolve(WSGIRequest(environ | {"wsgi.input": WithheldBody(BodyUnwanted())}).path_info).func
    except Resolver404:
        return False
    cls = getattr(view, "cls", None)
    if not (isinstance(cls, type) and issubclass(cls, PlatformView)):
        return True
    return _is_authenticated(cls, environ)


def _is_authenticated(view: type[PlatformView], environ: Environ) -> bool:
    authenticators: list[Any] = [authenticator() for authenticator in view.authentication_classes]
    request = Request(WSGIRequest(environ | {"wsgi.input": WithheldBody(BodyUnwanted())}))
    try:
        return not authenticators or any(each.authenticate(request) for each in authenticators)
    except APIException:
        return False
