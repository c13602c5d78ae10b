"""Delete a session, and keep its day free in the series that it is of."""

from uuid import UUID

from django.db import transaction

from sessions_app.caller import Caller
from sessions_app.lifecycle.cancel import delete_session
from sessions_app.lookup import sessions_of
from sessions_app.models import Series, Session
from sessions_app.series.rules import MAX_OCCURRENCES


def delete_occurrence(session_id: UUID, caller: Caller) -> None:
    """Delete a session of any kind, as `lifecycle.cancel.delete_session`, and raise what that does.

    The rule of its series leaves out its day from then on (`excluded`): it does not come back with an edit.
    """
    with transaction.atomic():
        series = _lock_series_of(session_id, caller)  # before its session
        original_at = Session.objects.filter(pk=session_id).values_list("original_at", flat=True).first()
        delete_session(session_id, caller)
        if series is not None and original_at is not None:
            excluded = sorted({*series.excluded, original_at.isoformat()})
            series.excluded = excluded[-MAX_OCCURRENCES:]  # the first are past by then
            series.save(update_fields=["excluded", "updated_at"])


def _lock_series_of(session_id: UUID, caller: Caller) -> Series | None:
    """The series, which the session can leave only for one that is split off meanwhile."""
    rows = sessions_of(caller.account_id, caller.brand_id).filter(pk=session_id)
    series_id = rows.values_list("series_id", flat=True).first()
    while series_id is not None:
        series = Series.objects.select_for_update(of=("self",), no_key=True).get(pk=series_id)
        series_id = rows.values_list("series_id", flat=True).first()
        if series_id == series.pk:
            return series
    return None
