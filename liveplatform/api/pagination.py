"""Keyset pagination over (created_at, id), newest first: constant cost at any depth, no counting.

A list may be in the order of another time that no row is without: `column`.
"""

import base64
import binascii
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.db.models.expressions import F
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

M = TypeVar("M", bound=Model)

DEFAULT_LIMIT = 50
MAX_LIMIT = 200


class WholeList(BasePagination):
    """All rows, in the view's `list_serializer_class`: for lists that are short by their nature."""

    def paginate_queryset(self, queryset: QuerySet[M], request: Request, view: Any = None) -> list[M]:  # type: ignore[override] # noqa: ANN401
        self.envelope = view.list_serializer_class
        return list(queryset)

    def get_paginated_response(self, data: Iterable[Any]) -> Response:
        return Response(self.envelope.wrap(data))


class KeysetPagination(BasePagination):
    """Pages by `cursor` and `limit`, in the view's `list_serializer_class`, which has `next_cursor`."""

    def paginate_queryset(self, queryset: QuerySet[M], request: Request, view: Any = None) -> list[M]:  # type: ignore[override] # noqa: ANN401
        self.envelope = view.list_serializer_class
        page, self.cursor = keyset_page(queryset, request)
        return page

    def get_paginated_response(self, data: Iterable[Any]) -> Response:
        return Response(self.envelope.wrap(data, next_cursor=self.cursor))


def keyset_page(
    rows: QuerySet[M], request: Request, column: str = "created_at", *, ascending: bool = False
) -> tuple[list[M], str | None]:
    """The page of `cursor` and `limit`, and the cursor of the next page (None after the last).

    Its order is that of `column`, a time, and the id: the newest first, or with `ascending` the oldest.
    """
    limit, after = parse_page(request)
    if after:
        key = Tuple(F(column), F("id"))
        rows = rows.filter(TupleGreaterThan(key, after) if ascending else TupleLessThan(key, after))
    sign = "" if ascending else "-"
    return slice_page(list(rows.order_by(f"{sign}{column}", f"{sign}id")[: limit + 1]), limit, column)


def parse_page(request: Request) -> tuple[int, tuple[datetime, UUID] | None]:
    """The `limit`, and the (time, id) in `cursor`. Raises ValidationError."""
    limit, cursor = _parse_limit(request.query_params.get("limit")), request.query_params.get("cursor")
    return limit, _decode_cursor(cursor) if cursor else None


def slice_page(rows: list[M], limit: int, column: str = "created_at") -> tuple[list[M], str | None]:
    """The page out of up to `limit` + 1 ordered rows, and the cursor of the next (None after the last)."""
    return rows[:limit], _encode_cursor(rows[limit - 1], column) if len(rows) > limit else None


def page_parameters() -> list[OpenApiParameter]:
    """The query parameters `cursor` and `limit`, for the schema."""
    return [
        OpenApiParameter("cursor", str, description="`next_cursor` of the previous page."),
        OpenApiParameter(
            "limit", int, description=f"Rows per page, 1 to {MAX_LIMIT}; default {DEFAULT_LIMIT}."
        ),
    ]


def _parse_limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_LIMIT
    if not (text.isascii() and text.isdigit() and len(text) < 9 and 1 <= int(text) <= MAX_LIMIT):
        raise ValidationError({"limit": [f"Give a whole number from 1 to {MAX_LIMIT}."]})
    return int(text)


def _encode_cursor(row: Model, column: str) -> str:
    text = f"{getattr(row, column).isoformat()}|{row.pk}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode_cursor(cursor: str) -> tuple[datetime, UUID]:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        after, _, last_id = text.partition("|")
        at = datetime.fromisoformat(after)
        if at.utcoffset() != timedelta(0):
            raise ValueError("cursors are in UTC")
        return at, UUID(last_id)
    except (binascii.Error, ValueError) as error:
        raise ValidationError(
            {"cursor": ["Take it from next_cursor of the page before, unchanged."]}
        ) from error
