"""Sessions, log-in, messages: for the admin, which people use, and not for the API, which has keys."""

from collections.abc import Awaitable

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.deprecation import MiddlewareMixin

ADMIN = "/admin/"


class _ForAdmin(MiddlewareMixin):
    """Steps aside for every other address."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        return super().__call__(request) if request.path.startswith(ADMIN) else self.get_response(request)


class Sessions(_ForAdmin, SessionMiddleware):
    pass


class Csrf(_ForAdmin, CsrfViewMiddleware):
    pass


class Authentication(_ForAdmin, AuthenticationMiddleware):
    pass


class Messages(_ForAdmin, MessageMiddleware):
    pass


class Frames(_ForAdmin, XFrameOptionsMiddleware):
    pass
