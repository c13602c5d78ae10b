"""The base of the two resources: the account in the path, lenient requests, errors of the domain."""

from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from calls.api.audio_streams.credentials import check_user, ignore_extra
from calls.api.audio_streams.parsers import FormOrJSON
from calls.api.audio_streams.surface import AUDIO_STREAMS
from calls.api.base import CallErrors
from calls.api.exceptions import StreamNotStarted
from calls.exceptions import CallNotFound, CallStateError
from calls.models import Call
from calls.streams.exceptions import ForkRefused
from liveplatform.api.serializers import UUID_FORMAT
from liveplatform.api.viewsets import PlatformViewSet
from providers.errors import NotSupported, Rejected

M = TypeVar("M", bound=Model)

CALL_NOT_FOUND = "Call not found"
NO_ID = UUID(int=0)
# As for an account that does not exist: nothing is told of others.
NOT_YOURS = "There is no such account for this key: the auth_id in the path must be the key's own."
MAX_OFFSET = 1_000_000


class AccountViewSet(CallErrors, PlatformViewSet[M]):
    """A resource under `Account/{auth_id}/`, whose auth_id must be the key's own (404).

    Lenient in: what is not known, in body or query, is ignored; so is every body of GET and DELETE (Plivo's
    SDK sends one). Ids that are no UUID are not found.
    """

    surface = AUDIO_STREAMS
    content_negotiation_class = FormOrJSON
    pagination_class = None

    def perform_authentication(self, request: Request) -> None:
        ignore_extra(request)
        super().perform_authentication(request)
        check_user(request, self.principal)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().initial(request, *args, **kwargs)
        if self.kwargs.get("auth_id") != self.principal.auth_id:
            raise NotFound(NOT_YOURS)

    def handle_exception(self, exc: Exception) -> Response:
        return super().handle_exception(_translated(exc))

    def phone_call(self) -> Call:
        """The account's phone call in the path. Raises CallNotFound."""
        calls = self.account_rows(Call).filter(pk=self.uuid("call_uuid"), channel=Call.Channel.PHONE)
        call = calls.select_related("connection").first()
        if call is None:
            raise CallNotFound(self.kwargs["call_uuid"])
        return call

    def uuid(self, name: str) -> UUID:
        """A UUID in the path; of another text one that nothing has."""
        text = self.kwargs[name]
        return UUID(text) if UUID_FORMAT.fullmatch(text) else NO_ID

    def page(self, default: int = 20, *, most: int = 100) -> tuple[int, int]:
        """`limit` and `offset` of the query. Raises ValidationError."""
        return self._number("limit", default, 1, most), self._number("offset", 0, 0, MAX_OFFSET)

    def _number(self, name: str, default: int, least: int, most: int) -> int:
        text = self.request.query_params.get(name, "").strip()
        if not text:
            return default
        if text.isascii() and text.isdigit() and len(text) < 9 and least <= int(text) <= most:
            return int(text)
        raise ValidationError({name: [f"Give a whole number from {least} to {most:,}."]})


def _translated(exc: Exception) -> Exception:
    """Errors that are another status here than on the platform's other surfaces.

    400 for what the provider refuses: the SDKs repeat what is answered 5xx, and the provider would refuse it
    again. 404 for a call that has ended: what is not live is not there, as in the look at live calls.
    """
    match exc:
        case CallNotFound():
            return NotFound(CALL_NOT_FOUND)
        case CallStateError():
            return NotFound(str(exc))
        case ForkRefused():
            return ValidationError({exc.field: [str(exc)]} if exc.field else str(exc))
        case Rejected() | NotSupported():
            return StreamNotStarted(str(exc))
        case _:
            return exc
