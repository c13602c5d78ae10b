"""Apps over REST."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from liveplatform.accounts.scopes import READ, WRITE
from sessions_app.api.livestreams import requests, serializers
from sessions_app.api.livestreams.base import LivestreamsViewSet, answer, list_answer
from sessions_app.api.livestreams.pagination import page_of
from sessions_app.livestreams.apps import create_app
from sessions_app.models import App


class AppViewSet(LivestreamsViewSet[App]):
    """`…/realtime/kit/apps`"""

    queryset = App.objects.all()
    serializer_class = serializers.AppSerializer
    list_serializer_class = serializers.AppList
    tags = ["Livestream apps"]
    scopes = {"list": READ, "create": WRITE}

    @extend_schema(summary="List apps, newest first", parameters=[requests.AppQuery])
    def list(self, request: Request, **_: Any) -> Response:  # noqa: ANN401 - of the URL
        query = self.read_query(requests.AppQuery)
        rows = self.get_queryset()
        if search := query.get("search"):
            rows = rows.filter(name__icontains=search)
        page, paging = page_of(rows, query, ascending=query["sort_order"] == "ASC")
        return list_answer(map(serializers.AppSerializer.write, page), paging)

    @extend_schema(
        summary="Create an app",
        request=requests.AppRequest,
        responses={201: serializers.answer_of(serializers.CreatedAppSerializer)},
    )
    def create(self, request: Request, **_: Any) -> Response:  # noqa: ANN401
        body = self.read(requests.AppRequest)
        app = create_app(self.principal.account_id, body["name"], body.get("connection_id"))
        return answer(serializers.CreatedAppSerializer.write(app), 201)
