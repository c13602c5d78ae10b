"""Full-text search of calls, over the documents in SearchDocument."""

from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchQueryField
from django.db.models import BooleanField, F, Func, OuterRef, Q, QuerySet, Subquery, UUIDField, Value

from calls.models.search_document import SearchDocument


def matches(search: str, account_id: UUID) -> Q:
    """Calls of this account in which every word of the search is the prefix of a word.

    Three or more digits match anywhere in call_to. Uses the GIN index; see `matches_row`.
    """
    return Q(pk__in=_matching_documents(search, account_id).values("pk"))


def matching_ids(search: str, account_id: UUID, most: int) -> list[UUID]:
    """The ids of up to `most` matching calls, unordered."""
    return list(_matching_documents(search, account_id).values_list("pk", flat=True)[:most])


def matches_row(search: str, account_id: UUID) -> Q:
    """As `matches`, for few calls: reads each one's document instead of the GIN index."""
    document = SearchDocument.objects.filter(call=OuterRef("pk"))
    found = document.values(found=_match_expression(search, account_id))
    return Q(Subquery(found, output_field=BooleanField()))


def any_of(ids: list[UUID]) -> Q:
    """Calls with these ids: `id = ANY(array)`, with one parameter however many there are."""
    array = Value(ids, output_field=ArrayField(UUIDField()))
    return Q(
        Func(F("pk"), array, template="%(expressions)s)", arg_joiner=" = ANY(", output_field=BooleanField())
    )


def _matching_documents(search: str, account_id: UUID) -> QuerySet[SearchDocument]:
    return SearchDocument.objects.filter(_match_expression(search, account_id))


def _match_expression(search: str, account_id: UUID) -> Func:
    query = Func(Value(account_id), Value(search), function="calls_search", output_field=SearchQueryField())
    return Func(
        F("document"), query, template="%(expressions)s", arg_joiner=" @@ ", output_field=BooleanField()
    )
