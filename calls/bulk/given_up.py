"""Hang-ups that were given up, of calls that have ended here: their legs may run; any end takes them up."""

from collections import defaultdict
from uuid import UUID

from django.db.models import QuerySet

from calls.models.call import Call
from calls.models.step import Step
from calls.sql import take_up_given_up


def given_up_calls(calls: QuerySet[Call], account_id: UUID | None = None) -> QuerySet[Call]:
    """Those of these calls that have ended, and whose hang-up was given up; `account_id`: if all are its own.

    The steps are read first: there are few of them, however many calls match.
    """
    given_up = Step.objects.filter(kind=Step.Kind.TERMINATE, state=Step.State.FAILED)
    if account_id:
        given_up = given_up.filter(tenant_key=account_id)
    return calls.filter(pk__in=list(given_up.values_list("call_id", flat=True)), ended_at__isnull=False)


def take_up(calls: QuerySet[Call], actor: str, account_id: UUID | None = None) -> int:
    """Take up again the hang-ups of these calls that were given up; how many there were."""
    ids: dict[UUID, list[UUID]] = defaultdict(list)
    for pk, owner in given_up_calls(calls, account_id).values_list("pk", "account_id"):
        ids[owner].append(pk)
    return sum(take_up_given_up(owner, actor, found) for owner, found in ids.items())
