"""Meetings over REST, and the livestream of each: start, see, stop."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from liveplatform.accounts.scopes import READ, WRITE
from liveplatform.api.serializers import UUID_FORMAT
from sessions_app.api.livestreams import requests, serializers
from sessions_app.api.livestreams.base import LivestreamsViewSet, answer, list_answer
from sessions_app.api.livestreams.pagination import MAX_ROWS, PageNumberQuery, page_of
from sessions_app.livestreams import meetings
from sessions_app.livestreams.exceptions import NothingActive
from sessions_app.livestreams.start import Wanted, active_run, start_livestream
from sessions_app.livestreams.stop import NOTHING_ACTIVE, stop_livestream
from sessions_app.models import Livestream, Meeting

STOPPED = "Stopped live stream successfully"
ACCEPTED = "The stop is on record; the provider has not confirmed it yet"
# Cloudflare's SDKs count here how often they have repeated a request by themselves.
RETRY_COUNT = "X-Stainless-Retry-Count"
MeetingAnswer = serializers.answer_of(serializers.MeetingSerializer)


class MeetingViewSet(LivestreamsViewSet[Meeting]):
    """`…/realtime/kit/{app_id}/meetings`"""

    queryset = Meeting.objects.all()
    serializer_class = serializers.MeetingSerializer
    list_serializer_class = serializers.MeetingList
    lookup_url_kwarg = "meeting_id"
    tags = ["Livestreams"]
    scopes = {
        **dict.fromkeys(("list", "retrieve", "active", "livestreams"), READ),
        **dict.fromkeys(("create", "update", "partial_update", "start", "stop"), WRITE),
    }
    errors = {"start": (502, 503), "stop": (503,)}

    @extend_schema(summary="List meetings, newest first", parameters=[requests.MeetingQuery])
    def list(self, request: Request, **_: Any) -> Response:  # noqa: ANN401 - of the URL
        query = self.read_query(requests.MeetingQuery)
        page, paging = page_of(_selected(Meeting.objects.filter(app=self.app), query), query)
        return list_answer(map(self._written, page), paging)

    @extend_schema(
        summary="Create a meeting", request=requests.MeetingRequest, responses={201: MeetingAnswer}
    )
    def create(self, request: Request, **_: Any) -> Response:  # noqa: ANN401
        meeting = meetings.create_meeting(self.app, self.read(requests.MeetingRequest))
        return answer(self._written(meeting), 201)

    @extend_schema(summary="Get a meeting", responses=MeetingAnswer)
    def retrieve(self, request: Request, meeting_id: UUID, **_: Any) -> Response:  # noqa: ANN401
        return answer(self._written(self._meeting()))

    @extend_schema(summary="Change a meeting", request=requests.MeetingChange, responses=MeetingAnswer)
    def partial_update(self, request: Request, meeting_id: UUID, **_: Any) -> Response:  # noqa: ANN401
        fields = self.read(requests.MeetingChange)
        with transaction.atomic():
            meeting = meetings.change_meeting(self._lock(), fields)
        return answer(self._written(meeting))

    @extend_schema(summary="Replace a meeting", request=requests.MeetingRequest, responses=MeetingAnswer)
    def update(self, request: Request, meeting_id: UUID, **_: Any) -> Response:  # noqa: ANN401
        fields = self.read(requests.MeetingRequest)
        with transaction.atomic():
            meeting = meetings.replace_meeting(self._lock(), fields)
        return answer(self._written(meeting))

    @extend_schema(
        methods=["post"],
        summary="Start the livestream of a meeting",
        description="A livestream that runs already is answered, and no second is started.",
        request=requests.StartRequest,
        responses={201: serializers.answer_of(serializers.StartedSerializer)},
    )
    @action(detail=True, methods=["post"], url_path="livestreams")
    def start(self, request: Request, meeting_id: UUID, **_: Any) -> Response:  # noqa: ANN401
        body = self.read(requests.StartRequest)
        size = body.get("video_config") or {}
        wanted = Wanted(self.principal.label, body.get("name") or "", size.get("width"), size.get("height"))
        livestream, is_new = start_livestream(self._meeting(), wanted)
        return answer(serializers.write_started(livestream, is_new=is_new), 201)

    @extend_schema(
        summary="Get the active livestream of a meeting",
        responses=serializers.answer_of(serializers.LivestreamSerializer),
    )
    @action(detail=True, methods=["get"], url_path="active-livestream")
    def active(self, request: Request, meeting_id: UUID, **_: Any) -> Response:  # noqa: ANN401
        run = active_run(self._meeting())
        if run is None:
            raise NothingActive(NOTHING_ACTIVE.format(meeting=meeting_id))
        return answer(serializers.write_livestream(run.livestream, may_write=self.may_write))

    @extend_schema(
        summary="Stop the active livestream of a meeting",
        description="Answered within four seconds. Then the stop is on record, and is carried out. Where "
        "nothing runs the answer is 404; a repetition that an SDK makes by itself "
        f"(`{RETRY_COUNT}`) within a minute of the stop is answered like the stop.",
        request=None,
        responses=serializers.answer_of(serializers.MessageSerializer),
    )
    @action(detail=True, methods=["post"], url_path="active-livestream/stop")
    def stop(self, request: Request, meeting_id: UUID, **_: Any) -> Response:  # noqa: ANN401
        is_retry = request.headers.get(RETRY_COUNT, "0") not in ("", "0")
        stream = stop_livestream(self._meeting(), self.principal.label, is_retry=is_retry)
        return answer({"message": STOPPED if stream.is_over else ACCEPTED})

    @extend_schema(
        summary="List the livestreams of a meeting, newest first",
        parameters=[PageNumberQuery],
        responses=serializers.LivestreamList,
    )
    @action(detail=True, methods=["get"], url_path="livestream")
    def livestreams(self, request: Request, meeting_id: UUID, **_: Any) -> Response:  # noqa: ANN401
        rows = Livestream.objects.filter(meeting=self._meeting())
        page, paging = page_of(rows, self.read_query(PageNumberQuery))
        may_write = self.may_write
        return list_answer((serializers.write_livestream(row, may_write=may_write) for row in page), paging)

    def _meeting(self) -> Meeting:
        return meetings.get_meeting(self.app, self.kwargs["meeting_id"])

    def _lock(self) -> Meeting:
        """The meeting, locked to the end of the transaction."""
        rows = Meeting.objects.select_for_update(of=("self",), no_key=True)
        return rows.get(pk=self._meeting().pk)

    def _written(self, meeting: Meeting) -> dict[str, Any]:
        return serializers.write_meeting(meeting, may_write=self.may_write)


def _selected(rows: QuerySet[Meeting], query: dict[str, Any]) -> QuerySet[Meeting]:
    """Titles are searched among the newest MAX_ROWS."""
    columns = {"start_time": "created_at__gte", "end_time": "created_at__lt", "status": "status"}
    rows = rows.filter(**{columns[name]: query[name] for name in columns.keys() & query.keys()})
    search = query.get("search")
    if not search:
        return rows
    newest = rows.order_by("-created_at", "-id").values("pk")[:MAX_ROWS]
    by_id = Q(pk=search) if UUID_FORMAT.fullmatch(search) else Q()
    return rows.filter(by_id | Q(pk__in=newest, title__icontains=search))
