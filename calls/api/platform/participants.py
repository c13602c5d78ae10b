"""The participants of a call over REST."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from calls.api.base import CallErrors
from calls.attendance.listing import close_shown, participants_of, with_stays
from calls.lifecycle.lookup import get_call
from calls.models import Call
from calls.models.participant import Participant
from calls.representation import ParticipantSerializer
from liveplatform.accounts.scopes import READ
from liveplatform.api.csv_format import csv_response
from liveplatform.api.pagination import keyset_page
from liveplatform.api.serializers import EnvelopeSerializer, PageQuery
from liveplatform.api.viewsets import PlatformViewSet

COLUMNS = ("identity", "name", "role", "first_joined_at", "last_left_at", "seconds", "stay_count")
CSV = OpenApiResponse(OpenApiTypes.STR, description="Column names, and a line per participant.")


class ParticipantPageSerializer(EnvelopeSerializer):
    """A page of participants; `next_cursor` is null on the last."""

    participants = ParticipantSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class ParticipantQuery(PageQuery):
    """Which page, or all as CSV."""

    format = serializers.ChoiceField(["json", "csv"], required=False, help_text="csv: all, without pages.")


class ParticipantViewSet(CallErrors, PlatformViewSet[Participant]):
    """`/v1/calls/{id}/participants`"""

    queryset = Participant.objects.all()
    account_field = "call__account_id"
    serializer_class = ParticipantSerializer
    list_serializer_class = ParticipantPageSerializer
    query_serializer = ParticipantQuery
    tags = ["Calls"]
    scopes = {"list": READ}

    @extend_schema(
        summary="Who was in the room of a video call, and when",
        description="In the order in which they were first reported. From the provider's events, and checked "
        "with GetStream after the call. Kept with the call.",
        responses={
            (200, "application/json"): ParticipantPageSerializer,
            (200, "text/csv"): CSV,
        },
    )
    def list(self, request: Request, call_id: UUID) -> Response | HttpResponse:
        query = self.read_query(ParticipantQuery)
        call = get_call(call_id, self.principal.account_id)
        if query.get("format") == "csv":
            return _csv(call, participants_of(call))
        page, cursor = keyset_page(with_stays(participants_of(call)), request, ascending=True)
        close_shown(call, page)
        written = [ParticipantSerializer.write(row) for row in page]
        return Response(ParticipantPageSerializer.wrap(written, next_cursor=cursor))


def _csv(call: Call, rows: QuerySet[Participant, Any]) -> HttpResponse:
    found = list(rows.order_by("created_at", "id"))
    close_shown(call, found)
    lines = ([getattr(row, name) for name in COLUMNS] for row in found)
    return csv_response(f"participants-{call.pk}.csv", COLUMNS, lines)
