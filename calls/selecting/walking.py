"""Walking: along the index that has the wanted order, as far as it takes and no further than a bound."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from django.db.models import Q, QuerySet

from calls.models.call import Call
from calls.models.call_indexes import SKEW
from calls.selecting.columns import COLUMNS, ENDED_AT, Operator
from calls.selecting.conditions import Condition
from calls.selecting.ordering import NEWEST_FIRST
from calls.selecting.paths import Path
from calls.selecting.wanted import Wanted
from calls.selecting.windows import within
from liveplatform.rows import in_bulk

BEGUN_BEFORE = (COLUMNS["scheduled_at"], COLUMNS["started_at"], ENDED_AT)
LATEST = datetime.max.replace(tzinfo=UTC) - SKEW


@dataclass(frozen=True)
class Walked:
    """The calls that were found, and where the rest of the page is to be looked for, if anywhere.

    `is_enough`: they are the page, so far; not only what was met before the bound was.
    """

    calls: list[Call]
    rest: Wanted | None = None
    is_enough: bool = True


def walk(wanted: Wanted, path: Path, most: int | None) -> Walked:
    """The page, if so many calls along the path fill it, or are all there is. No bound where the path
    settles everything: each call that is met is one of the page, or before it."""
    order = wanted.order.as_indexed()
    calls = wanted.along(path).order_by(*order)
    if most is None:
        return _walked(wanted, calls, fetched(calls, wanted))
    calls = calls.filter(_created_before(wanted))
    window = within(calls[:most], wanted.meeting(path)).order_by(*order)
    found = fetched(window, wanted)
    if len(found) < wanted.limit and calls[most : most + 1].exists():
        return Walked(found, is_enough=False)
    return _walked(wanted, window, found)


def fetched(calls: QuerySet[Call], wanted: Wanted) -> list[Call]:
    """The rows of the page. Ids alone are passed over and sorted, which an index holds; the rows of the page
    come by a statement that is prepared, for to put sixty columns into SQL takes longer than to read them."""
    ids = list(calls.values_list("pk", flat=True)[wanted.offset : wanted.offset + wanted.limit])
    found = in_bulk(Call, ids)
    return [found[pk] for pk in ids if pk in found]


def _created_before(wanted: Wanted) -> Q:
    """A call that was to begin by a time was made by then, so a walk from the newest may begin there."""
    bounds = [
        condition.read()
        for condition in wanted.conditions
        if condition.column in BEGUN_BEFORE and condition.operator in (Operator.LT, Operator.LTE)
    ]
    if not bounds or wanted.order != NEWEST_FIRST:
        return Q()
    latest = min(*bounds, LATEST)
    imported = Call.objects.filter(
        Q(scheduled_at__lte=latest) | Q(started_at__lte=latest) | Q(ended_at__lte=latest),
        account_id=wanted.account_id,
        backdated=True,
        created_at__gte=latest + SKEW,
    )
    return Q() if imported.exists() else Q(created_at__lt=latest + SKEW)


def _walked(wanted: Wanted, calls: QuerySet[Call], found: list[Call]) -> Walked:
    """Calls that hold nothing in the column of the order come after all that do, newest first."""
    column = wanted.order.column
    complete = any(c.column is column and c.wants_something for c in wanted.conditions)
    if len(found) == wanted.limit or complete or not wanted.order.has_gaps:
        return Walked(found)
    before = wanted.offset + len(found) if found else calls[: wanted.offset].count()
    nothing = Condition(column, Operator.IS_NULL, True)
    rest = replace(
        wanted,
        selection=replace(wanted.selection, conditions=(*wanted.conditions, nothing)),
        order=NEWEST_FIRST,
        offset=max(0, wanted.offset - before),
        limit=wanted.limit - len(found),
    )
    return Walked(found, rest)
