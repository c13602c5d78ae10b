"""Searching calls by words: what calls_searchdocument holds, and how it is asked."""

from uuid import UUID

from django.contrib.postgres.search import SearchQueryField
from django.db.models import BooleanField, F, Func, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.expressions import RawSQL

from calls.models.search_document import SearchDocument


def matches(search: str, account_id: UUID) -> Q:
    """Calls of this account in which every word of the search begins a word; of a number, any three or
    more digits in a row may stand anywhere in call_to."""
    return Q(pk__in=_matching_documents(search, account_id).values("pk"))


def matching_ids(search: str, account_id: UUID, most: int) -> list[UUID]:
    """The ids of so many of them, in no order."""
    return list(_matching_documents(search, account_id).values_list("pk", flat=True)[:most])


def matches_row(search: str, account_id: UUID) -> Q:
    """The same as `found_by`, for few calls: each is looked into, none is looked up by its words."""
    of_call = SearchDocument.objects.filter(call=OuterRef("pk")).values(
        met=_match_expression(search, account_id)
    )
    return Q(Subquery(of_call, output_field=BooleanField()))


def any_of(ids: list[UUID]) -> Q:
    """Calls with these ids, however many: as one parameter."""
    return Q(pk__in=RawSQL("SELECT unnest(%s::uuid[])", [ids]))  # noqa: S611 - a constant


def _matching_documents(search: str, account_id: UUID) -> QuerySet[SearchDocument]:
    return SearchDocument.objects.filter(_match_expression(search, account_id))


def _match_expression(search: str, account_id: UUID) -> Func:
    query = Func(Value(account_id), Value(search), function="calls_search", output_field=SearchQueryField())
    return Func(
        F("document"), query, template="%(expressions)s", arg_joiner=" @@ ", output_field=BooleanField()
    )
