"""Views that do on demand what real ones do seldom: crash, refuse, take long, write and fail."""

import threading
from typing import ClassVar

from django.db import OperationalError
from django.urls import path
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response

from calls.api.live_calls.surface import LIVE
from calls.api.telephony.surface import TELEPHONY
from liveplatform.accounts.models import Account
from liveplatform.api.exceptions import Conflict
from liveplatform.api.pagination import keyset_page
from liveplatform.api.viewsets import PlatformView
from liveplatform.crypto import DecryptionFailed


class Undeclared(PlatformView):
    """Declares no scope, so nobody may."""

    def get(self, request: Request) -> Response:
        return Response({"secret": True})


class Accounts(PlatformView):
    """Writes a row, then does what the body says."""

    scopes = {"POST": "write:live", "GET": "read:live"}
    atomic = True
    running: ClassVar[threading.Event] = threading.Event()
    go_on: ClassVar[threading.Event] = threading.Event()

    def get(self, request: Request) -> Response:
        rows, cursor = keyset_page(Account.objects.filter(name__startswith="page"), request)
        return Response({"names": [row.name for row in rows], "next_cursor": cursor})

    def post(self, request: Request) -> Response:
        made = Account.objects.create(name=request.data["name"])
        match request.data.get("then"):
            case "crash":
                raise ZeroDivisionError
            case "conflict":
                raise Conflict("not now")
            case "database":
                raise OperationalError("server closed the connection")
            case "key":
                raise DecryptionFailed("no key")
            case "throttle":
                raise Throttled(wait=7)
            case "fail":
                return Response({"error": "x"}, status=502)
            case "wait":
                self.running.set()
                assert self.go_on.wait(10)
        return Response({"id": made.pk, "name": made.name}, status=201, headers={"Location": "/here"})


class Loose(Accounts):
    """The same without a transaction around it."""

    atomic = False


class Live(Accounts):
    surface = LIVE


class Telephony(Accounts):
    surface = TELEPHONY


urlpatterns = [
    path("undeclared", Undeclared.as_view()),
    path("accounts", Accounts.as_view()),
    path("loose", Loose.as_view()),
    path("live", Live.as_view()),
    path("telephony", Telephony.as_view()),
]

handler400 = "liveplatform.api.exceptions.handler400"
handler404 = "liveplatform.api.exceptions.handler404"
handler500 = "liveplatform.api.exceptions.handler500"
