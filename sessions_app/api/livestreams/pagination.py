"""Pages by number, as the vendor has them; counted and paged up to MAX_ROWS, so that no list is slow."""

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from rest_framework import serializers

from liveplatform.api.serializers import PlainSerializer

M = TypeVar("M", bound=Model)

DEFAULT_PER_PAGE, MAX_PER_PAGE = 20, 100
MAX_ROWS = 10_000


class PageNumberQuery(serializers.Serializer[Any]):
    """Which page of a list; what is unknown is ignored."""

    page_no = serializers.IntegerField(required=False, default=1, min_value=1, max_value=1_000_000)
    per_page = serializers.IntegerField(
        required=False, default=DEFAULT_PER_PAGE, min_value=1, max_value=MAX_PER_PAGE
    )


class PagingSerializer(PlainSerializer):
    """Which rows of how many a page holds; the first is number 1."""

    total_count = serializers.IntegerField(help_text=f"At most {MAX_ROWS}: what is beyond is not counted.")
    start_offset = serializers.IntegerField(help_text="0 on an empty page.")
    end_offset = serializers.IntegerField()


def page_of(
    rows: QuerySet[M], query: dict[str, Any], *, ascending: bool = False, key: str = "id"
) -> tuple[list[M], dict[str, int]]:
    """The rows of the page that the query names, the newest first, and the `paging` of the answer."""
    total = rows.order_by()[:MAX_ROWS].count()
    begin = (query["page_no"] - 1) * query["per_page"]
    sign = "" if ascending else "-"
    ordered = rows.order_by(f"{sign}created_at", f"{sign}{key}")
    page = list(ordered[begin : min(begin + query["per_page"], MAX_ROWS)]) if begin < MAX_ROWS else []
    first = begin + 1 if page else 0
    return page, {
        "total_count": total,
        "start_offset": first,
        "end_offset": begin + len(page) if page else 0,
    }
