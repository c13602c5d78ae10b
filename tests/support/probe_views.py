"""Viewsets that crash, refuse, wait, or write and fail, as the request asks."""

import threading
from typing import ClassVar

from django.db import OperationalError
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response

from calls.api.live_calls.surface import LIVE
from calls.api.telephony.surface import TELEPHONY
from liveplatform.accounts.models import Account
from liveplatform.api.exceptions import Conflict
from liveplatform.api.pagination import keyset_page
from liveplatform.api.routers import PlatformRouter
from liveplatform.api.viewsets import PlatformViewSet
from liveplatform.crypto import DecryptionFailed
from liveplatform.db.uuid7 import uuid7


class UndeclaredViewSet(PlatformViewSet[Account]):
    """Its action declares no scope."""

    def list(self, request: Request) -> Response:
        return Response({"secret": True})


class AccountViewSet(PlatformViewSet[Account]):
    """Writes a row, then does what `then` in the body says."""

    scopes = {"create": "write:live", "list": "read:live"}
    atomic_actions = frozenset({"create"})
    running: ClassVar[threading.Event] = threading.Event()
    go_on: ClassVar[threading.Event] = threading.Event()

    def list(self, request: Request) -> Response:
        rows, cursor = keyset_page(Account.objects.filter(name__startswith="page"), request)
        return Response({"names": [row.name for row in rows], "next_cursor": cursor})

    def create(self, request: Request) -> Response:
        made = Account.objects.create(name=f"{request.data['name']} {uuid7()}")  # names are unique
        match request.data.get("then"):
            case "crash":
                raise ZeroDivisionError
            case "conflict":
                raise Conflict("not now", "step_not_settled")
            case "database":
                raise OperationalError("server closed the connection")
            case "key":
                raise DecryptionFailed("no key")
            case "throttle":
                raise Throttled(wait=7, code="too_many_exports")
            case "fail":
                return Response({"error": "x"}, status=502)
            case "wait":
                self.running.set()
                assert self.go_on.wait(10)
        return Response({"id": made.pk, "name": made.name}, status=201, headers={"Location": "/here"})


class LooseViewSet(AccountViewSet):
    """The same without a transaction around it."""

    atomic_actions = frozenset()


class KeyedViewSet(AccountViewSet):
    """The same with a transaction only under an Idempotency-Key."""

    atomic_actions = frozenset()
    atomic_if_idempotent_actions = frozenset({"create"})


class LiveViewSet(AccountViewSet):
    surface = LIVE


class TelephonyViewSet(AccountViewSet):
    surface = TELEPHONY


class MixedViewSet(AccountViewSet):
    """One URL of two surfaces."""

    surfaces = {"create": TELEPHONY}


router = PlatformRouter(("",))
router.register("undeclared", UndeclaredViewSet)
router.register("accounts", AccountViewSet)
router.register("loose", LooseViewSet)
router.register("keyed", KeyedViewSet)
router.register("live", LiveViewSet)
router.register("telephony", TelephonyViewSet)
router.register("mixed", MixedViewSet)

urlpatterns = router.urls

handler400 = "liveplatform.api.exceptions.handler400"
handler404 = "liveplatform.api.exceptions.handler404"
handler500 = "liveplatform.api.exceptions.handler500"
