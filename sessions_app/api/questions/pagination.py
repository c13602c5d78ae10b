"""Pages of questions: by votes, or by time as every list."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F
from django.db.models.fields.tuple_lookups import Tuple, TupleLessThan
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from liveplatform.api.pagination import KeysetPagination
from sessions_app.api.questions.serializers import VOTES
from sessions_app.models import Question

# Votes, microseconds since 1970 and id of the last question of the page before.
CURSOR = re.compile(r"([0-9]{1,9})-([0-9]{1,17})-([0-9a-f]{32})")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class QuestionPagination(KeysetPagination):
    """By votes the key is (vote_count, created_at, id): a vote between two pages may move a question."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:  # noqa: ANN401 - as DRF's
        query = view.query
        if query["order"] != VOTES:
            return super().paginate_queryset(queryset, request, view)
        self.envelope, limit = view.list_serializer_class, query["limit"]
        if query.get("cursor"):
            keys = Tuple(F("vote_count"), F("created_at"), F("id"))
            queryset = queryset.filter(TupleLessThan(keys, _decode(query["cursor"])))
        rows = list(queryset.order_by("-vote_count", "-created_at", "-id")[: limit + 1])
        self.cursor = _encode(rows[limit - 1]) if len(rows) > limit else None
        return rows[:limit]


def _encode(question: Question) -> str:
    microseconds = (question.created_at - EPOCH) // timedelta(microseconds=1)
    return f"{question.vote_count}-{microseconds}-{question.pk.hex}"


def _decode(cursor: str) -> tuple[int, datetime, UUID]:
    match = CURSOR.fullmatch(cursor)
    if match is None:
        raise ValidationError({"cursor": ["Take it from next_cursor of the page before, unchanged."]})
    votes, microseconds, question_id = match.groups()
    return int(votes), EPOCH + timedelta(microseconds=int(microseconds)), UUID(question_id)
