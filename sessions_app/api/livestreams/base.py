"""Base of the livestreams API: the account in the path is the key's own, the app is the account's."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from liveplatform.accounts.scopes import WRITE
from liveplatform.api.serializers import PlainSerializer
from liveplatform.api.viewsets import PlatformViewSet
from sessions_app.api.livestreams.exceptions import is_definite, to_api_exception
from sessions_app.api.livestreams.surface import LIVESTREAMS, NOT_YOURS
from sessions_app.livestreams.apps import get_app
from sessions_app.models import App

M = TypeVar("M", bound=Model)

# Cloudflare's SDKs repeat a request that was answered 5xx, unless this header forbids it.
SHOULD_RETRY = "x-should-retry"


class LivestreamsViewSet(PlatformViewSet[M]):
    """Whatever belongs to an app. Nothing unknown is refused, as the vendor does not."""

    surface = LIVESTREAMS
    pagination_class = None
    locks_no_key = True

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        self.lenient_actions = frozenset({self.action_name})  # type: ignore[misc]
        super().initial(request, *args, **kwargs)
        if self.kwargs["account_id"] != self.principal.account_id:
            raise NotFound(NOT_YOURS)

    def handle_exception(self, exc: Exception) -> Response:
        response = super().handle_exception(to_api_exception(exc))
        if is_definite(exc):
            response[SHOULD_RETRY] = "false"
        return response

    @cached_property
    def app(self) -> App:
        """The app that the URL names. Raises LivestreamNotFound."""
        app_id: UUID = self.kwargs["app_id"]
        return get_app(self.principal.account_id, app_id)

    @property
    def may_write(self) -> bool:
        """Whether stream keys and RTMP URLs may be shown."""
        return WRITE in self.principal.scopes


class AnswerSerializer(PlainSerializer):
    """Every answer; serializers.answer_of has the schema of each."""

    success = serializers.BooleanField()
    data = serializers.JSONField()  # type: ignore[assignment]


def answer(data: Any, status: int = 200) -> Response:  # noqa: ANN401 - JSON
    """`{success, data}`"""
    return Response(AnswerSerializer.write_fields(success=True, data=data), status=status)


def paged_answer(data: Any, paging: dict[str, int]) -> Response:  # noqa: ANN401 - JSON
    """`{success, data, paging}` of any data."""
    body = AnswerSerializer.write_fields(success=True, data=data)
    return Response(body | {"paging": paging})


def list_answer(rows: Iterable[Any], paging: dict[str, int]) -> Response:
    """`{success, data, paging}`"""
    return paged_answer(list(rows), paging)
