"""Reconciles a connection's broadcasts: its provider's list of those that run against the livestreams.

One whose livestream is over here is stopped again. Others are nobody's here, and are only counted: the
customer may broadcast over the same account for other purposes.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from calls.models.media_stream import MediaStream
from calls.models.monitor import Reconciliation
from calls.streams.orphans import found_live_all, is_our_name
from liveplatform.accounts.models import Connection
from providers.errors import ProviderError
from providers.streams import ListsBroadcasts

Listed = Sequence[Mapping[str, str]]


def _over_for(seconds: float) -> Q:
    return Q(stopped_at__lt=Now() - timedelta(seconds=seconds)) & ~MediaStream.IS_OPEN


def broadcasting(rows: Iterable[Reconciliation]) -> set[UUID]:
    """Of these rows' connections, those over which a livestream was ever started here."""
    streams = MediaStream.objects.filter(kind=MediaStream.Kind.LIVESTREAM)
    return {
        row.connection_id
        for row in rows
        if streams.filter(account=row.tenant_key, connection=row.connection_id).exists()
    }


def running_at(provider: Any) -> dict[str, Any]:  # noqa: ANN401 - an adapter
    """What runs there, by id and name; nothing where its provider does not say."""
    if not isinstance(provider, ListsBroadcasts):
        return {}
    try:
        listed = provider.live_broadcasts()
    except ProviderError as error:
        return {"broadcasts_unanswered": str(error)}
    return {"broadcasts": [{"id": each.id, "name": each.name} for each in listed]}


def stop_orphans(connection: Connection, listed: Listed) -> dict[str, int]:
    """Stop again, after this transaction, what runs there and has been over here for RECONCILE_LAG."""
    over = _over_here(connection, listed)
    if over:
        transaction.on_commit(partial(found_live_all, over))
    return {"broadcasts_there": len(listed), "broadcasts_over_here": len(over)}


def _over_here(connection: Connection, listed: Listed) -> list[UUID]:
    """The livestreams that are listed under our names; or by id, where the provider keeps no names."""
    names = [UUID(each["name"]) for each in listed if is_our_name(each["name"])]
    nameless = [each["id"] for each in listed if each["id"] and not each["name"]]
    streams = MediaStream.objects.filter(
        account=connection.account_id, connection=connection, kind=MediaStream.Kind.LIVESTREAM
    )
    known = streams.filter(Q(pk__in=names) | Q(provider_stream_id__in=nameless))
    known = known.annotate(is_due=_over_for(settings.RECONCILE_LAG))
    running = {row.provider_stream_id for row in known if not row.is_over}
    return [row.pk for row in known if row.is_due and row.provider_stream_id not in (running - {""})]
