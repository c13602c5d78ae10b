"""Analytics of an app's livestreams over REST."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from liveplatform.accounts.scopes import READ
from sessions_app.api.livestreams import requests, serializers
from sessions_app.api.livestreams.base import LivestreamsViewSet, answer
from sessions_app.livestreams.analytics import daywise, overall
from sessions_app.models import Livestream

SPAN = "Of the last 30 days, unless a time is given; of 366 days at the most."


class AnalyticsViewSet(LivestreamsViewSet[Livestream]):
    """`…/realtime/kit/{app_id}/analytics/livestreams`"""

    queryset = Livestream.objects.all()
    serializer_class = serializers.OverallSerializer
    tags = ["Livestreams"]
    scopes = {"overall": READ, "daywise": READ}

    @extend_schema(
        summary="How many livestreams ran, and for how long",
        description=SPAN,
        parameters=[requests.AnalyticsQuery],
        responses=serializers.answer_of(serializers.OverallSerializer),
    )
    @action(detail=False, methods=["get"])
    def overall(self, request: Request, **_: Any) -> Response:  # noqa: ANN401 - of the URL
        return answer(overall(self.app, *self._span()))

    @extend_schema(
        summary="The same of each day",
        description=SPAN,
        parameters=[requests.AnalyticsQuery],
        responses=serializers.list_of(serializers.DaySerializer, is_paged=False),
    )
    @action(detail=False, methods=["get"])
    def daywise(self, request: Request, **_: Any) -> Response:  # noqa: ANN401
        return answer(daywise(self.app, *self._span()))

    def _span(self) -> tuple[Any, Any]:
        query = self.read_query(requests.AnalyticsQuery)
        return query.get("start_time"), query.get("end_time")
