"""Livestreams and their sessions over REST."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from liveplatform.accounts.scopes import READ
from sessions_app.api.livestreams import requests, serializers
from sessions_app.api.livestreams.base import LivestreamsViewSet, answer, list_answer, paged_answer
from sessions_app.api.livestreams.pagination import PageNumberQuery, page_of
from sessions_app.exceptions import SessionNotFound
from sessions_app.livestreams.exceptions import LivestreamNotFound
from sessions_app.models import Livestream, LivestreamSession, Session

Status = Livestream.Status
# OFFLINE is shown as IDLE.
SHOWN_AS = {Status.IDLE: (Status.IDLE, Status.OFFLINE)}


class LivestreamViewSet(LivestreamsViewSet[Livestream]):
    """`…/realtime/kit/{app_id}/livestreams`"""

    queryset = Livestream.objects.all()
    serializer_class = serializers.LivestreamSerializer
    list_serializer_class = serializers.LivestreamList
    lookup_url_kwarg = "livestream_id"
    tags = ["Livestreams"]
    scopes = {"list": READ, "retrieve": READ, "active": READ}

    @extend_schema(summary="List livestreams", parameters=[requests.LivestreamQuery])
    def list(self, request: Request, **_: Any) -> Response:  # noqa: ANN401 - of the URL
        query = self.read_query(requests.LivestreamQuery)
        rows = _selected(Livestream.objects.filter(app=self.app), query)
        page, paging = page_of(rows, query, ascending=query["sort_order"] == "ASC")
        return list_answer(map(self._written, page), paging)

    @extend_schema(
        summary="Get a livestream with its sessions, newest first",
        parameters=[PageNumberQuery],
        responses=serializers.answer_of(serializers.LivestreamWithRunsSerializer),
    )
    def retrieve(self, request: Request, livestream_id: UUID, **_: Any) -> Response:  # noqa: ANN401
        livestream = self._livestream()
        runs = LivestreamSession.objects.filter(livestream=livestream).select_related("stream")
        page, paging = page_of(runs, self.read_query(PageNumberQuery), key="stream")
        written = [serializers.RunSerializer.write(run) for run in page]
        newest = runs.order_by("-created_at", "-stream").first()
        data = {
            "livestream": self._written(livestream),
            "session": newest and serializers.RunSerializer.write(newest),
            "sessions": written,
            "paging": paging,
        }
        return paged_answer(data, paging)

    @extend_schema(
        summary="Get the active session of a livestream",
        responses=serializers.answer_of(serializers.LivestreamWithRunSerializer),
    )
    @action(detail=True, methods=["get"], url_path="active-livestream-session")
    def active(self, request: Request, livestream_id: UUID, **_: Any) -> Response:  # noqa: ANN401
        livestream = self._livestream()
        runs = LivestreamSession.objects.filter(livestream=livestream).select_related("stream")
        newest = runs.order_by("-created_at", "-stream").first()
        if newest is None or newest.stream.is_over:
            raise LivestreamNotFound(f"There is no active session of the livestream {livestream_id}.")
        session = serializers.RunSerializer.write(newest)
        return answer({"livestream": self._written(livestream), "session": session})

    def _livestream(self) -> Livestream:
        found = Livestream.objects.filter(app=self.app, pk=self.kwargs["livestream_id"]).first()
        if found is None:
            raise LivestreamNotFound(f"There is no livestream {self.kwargs['livestream_id']} in this app.")
        return found

    def _written(self, livestream: Livestream) -> dict[str, Any]:
        return serializers.write_livestream(livestream, may_write=self.may_write)


class RunViewSet(LivestreamsViewSet[LivestreamSession]):
    """`…/livestreams/sessions/{livestream_session_id}`"""

    queryset = LivestreamSession.objects.all()
    account_field = "livestream__account_id"
    serializer_class = serializers.RunSerializer
    lookup_url_kwarg = "livestream_session_id"
    tags = ["Livestreams"]
    scopes = {"retrieve": READ}

    @extend_schema(
        summary="Get a livestream session", responses=serializers.answer_of(serializers.RunSerializer)
    )
    def retrieve(self, request: Request, livestream_session_id: UUID, **_: Any) -> Response:  # noqa: ANN401
        runs = LivestreamSession.objects.filter(livestream__app=self.app).select_related("stream")
        run = runs.filter(pk=livestream_session_id).first()
        if run is None:
            raise LivestreamNotFound(f"There is no livestream session {livestream_session_id} in this app.")
        return answer(serializers.RunSerializer.write(run))


class RunsOfSessionViewSet(LivestreamsViewSet[LivestreamSession]):
    """`…/sessions/{session_id}/livestream-sessions`: of one of our sessions."""

    queryset = LivestreamSession.objects.all()
    account_field = "livestream__account_id"
    serializer_class = serializers.RunSerializer
    list_serializer_class = serializers.RunList
    tags = ["Livestreams"]
    scopes = {"list": READ}

    @extend_schema(
        summary="List the livestream sessions of a session, newest first", parameters=[PageNumberQuery]
    )
    def list(self, request: Request, session_id: UUID, **_: Any) -> Response:  # noqa: ANN401
        if not self.account_rows(Session).filter(pk=session_id).exists():
            raise SessionNotFound(str(session_id))
        runs = LivestreamSession.objects.filter(
            livestream__app=self.app, livestream__meeting__session=session_id
        )
        page, paging = page_of(runs.select_related("stream"), self.read_query(PageNumberQuery), key="stream")
        return list_answer(map(serializers.RunSerializer.write, page), paging)


def _selected(rows: QuerySet[Livestream], query: dict[str, Any]) -> QuerySet[Livestream]:
    columns = {"start_time": "created_at__gte", "end_time": "created_at__lt"}
    rows = rows.filter(**{columns[name]: query[name] for name in columns.keys() & query.keys()})
    if status := query.get("status"):
        rows = rows.filter(status__in=SHOWN_AS.get(status, (status,)))
    return rows.filter(Q(meeting=None)) if query["exclude_meetings"] else rows
