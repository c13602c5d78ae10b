"""Index the calls of accounts that changed their declared metadata names.

New and changed calls are indexed by a trigger. The older ones are done here, oldest first, in short
statements; after a crash another process begins again, which does no harm.
"""

from datetime import timedelta
from uuid import UUID

from django.db.models import Q
from django.db.models.expressions import F
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan
from django.db.models.functions import Now

from calls.filters.sql import copy_metadata
from calls.models import Call
from liveplatform.accounts.models import Account

CHUNK_SIZE = 1_000
LEASE = timedelta(seconds=60)


def index_pending() -> int:
    """Index the calls of every account that waits for it; returns the number of calls."""
    waiting = Account.objects.exclude(metadata_pending=[]).values_list("pk", flat=True)
    return sum(_index(account_id) for account_id in list(waiting))


def _index(account_id: UUID) -> int:
    free = Q(metadata_lease=None) | Q(metadata_lease__lt=Now())
    if not Account.objects.filter(free, pk=account_id).update(metadata_lease=Now() + LEASE):
        return 0
    names, done = Account.objects.values_list("metadata_keys", flat=True).get(pk=account_id), 0
    calls = (
        Call.objects.filter(account_id=account_id)
        .order_by("created_at", "id")
        .values_list("created_at", "id")
    )
    chunk = list(calls[:CHUNK_SIZE])
    while chunk:
        done += copy_metadata([pk for _, pk in chunk], names)
        Account.objects.filter(pk=account_id).update(metadata_lease=Now() + LEASE)
        after = TupleGreaterThan(Tuple(F("created_at"), F("id")), chunk[-1])
        chunk = list(calls.filter(after)[:CHUNK_SIZE])
    # Names that were changed meanwhile are indexed by the next round.
    account = Account.objects.filter(pk=account_id)
    account.filter(metadata_keys=names).update(metadata_pending=[])
    account.update(metadata_lease=None)
    return done
