"""Base of the session APIs: who asks, and domain errors as HTTP errors."""

from functools import cached_property
from typing import TypeVar

from django.db.models import Model
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from liveplatform.accounts.scopes import ADMIN
from liveplatform.api.viewsets import PlatformViewSet
from sessions_app.api.exceptions import to_api_exception
from sessions_app.api.surface import SESSIONS
from sessions_app.caller import Caller
from sessions_app.models.details import MAX_BRAND_LENGTH, MAX_ID_LENGTH

M = TypeVar("M", bound=Model)

USER_HEADER, BRAND_HEADER = "X-User-Id", "X-Brand-Id"
USER_NEEDED = "Name the user that the key acts for in the header X-User-Id, or use the user's own JWT."


class SessionsViewSet(PlatformViewSet[M]):
    """Sessions, or what belongs to them, of the caller's account and brand."""

    surface = SESSIONS
    locks_no_key = True
    is_open_to_end_users = True

    def handle_exception(self, exc: Exception) -> Response:
        return super().handle_exception(to_api_exception(exc))

    @cached_property
    def caller(self) -> Caller:
        """Who asks. Raises ValidationError for a header that is no plain text, or too long."""
        principal = self.principal
        is_key = principal.kind == "key"
        return Caller(
            account_id=principal.account_id,
            actor=principal.label,
            user_id=self._header(USER_HEADER, MAX_ID_LENGTH) if is_key else self._subject(principal.id),
            brand_id=principal.brand_id or self._header(BRAND_HEADER, MAX_BRAND_LENGTH),
            email=principal.email,
            is_trusted=is_key or ADMIN in principal.scopes,
        )

    @property
    def acting_for(self) -> str:
        who = (self.caller.user_id, self.caller.brand_id)
        return "\0".join(who) if any(who) else ""

    @property
    def user_id(self) -> str:
        """The user that the request is about. Raises ValidationError (400) if a key names none."""
        if not self.caller.user_id:
            raise ValidationError({USER_HEADER: [USER_NEEDED]})
        return self.caller.user_id

    @staticmethod
    def _subject(subject: str) -> str:
        """The `sub` of a JWT, if a row can hold it."""
        if len(subject) > MAX_ID_LENGTH:
            raise ValidationError({"sub": [f"A user id has at most {MAX_ID_LENGTH} characters."]})
        return subject

    def _header(self, name: str, max_length: int) -> str:
        """Its text, in UTF-8, as ids in bodies and tokens are; WSGI reads each byte as a character."""
        try:
            text = self.request.headers.get(name, "").strip().encode("latin-1").decode()
        except UnicodeError as error:
            raise ValidationError({name: ["Send text in UTF-8."]}) from error
        if len(text) > max_length or not text.isprintable():
            raise ValidationError({name: [f"Send printable text of at most {max_length} characters."]})
        return text
