"""The calls that a bulk end may end: live ones, and scheduled ones only where the filter names them."""

from uuid import UUID

from django.db.models import Q, QuerySet

from calls.filters import CallFilter
from calls.filters.fields import COLUMNS, STATUS, Operator
from calls.models.call import UNANSWERED, Call

# Not begun in any way: a phone call that is being dialled, or whose leg exists, costs money already.
NOT_BEGUN = Q(status=Call.Status.SCHEDULED) & ~(
    Q(channel=Call.Channel.PHONE) & (~Q(provider_call_id="") | Q(provider_status__in=UNANSWERED))
)


def endable_calls(call_filter: CallFilter, account_id: UUID) -> QuerySet[Call]:
    """The account's calls that match and have not ended; scheduled ones if the filter names them."""
    calls = call_filter.queryset(account_id).filter(ended_at__isnull=True)
    return calls if names_scheduled(call_filter) else calls.exclude(NOT_BEGUN)


def names_scheduled(call_filter: CallFilter) -> bool:
    """Whether the filter names calls by id, or the status `scheduled`."""
    named = [each for each in call_filter.conditions if each.operator in (Operator.EQ, Operator.IN)]
    return any(
        each.column is COLUMNS["id"]
        or (each.column is STATUS and Call.Status.SCHEDULED in _values(each.read()))
        for each in named
    )


def _values(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
