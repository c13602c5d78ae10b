"""Running one row by hand: from a task, a command, the admin or the API."""

from uuid import UUID

from liveplatform.work import sql
from liveplatform.work.drain import run_row
from liveplatform.work.models import Work


def run_now(kind: type[Work], row_id: UUID) -> str:
    """Run one row now, due or not, and say what came of it in a sentence."""
    row = sql.claim_one(kind, row_id)
    if row is None:
        return _why_not(kind, row_id)
    settled = run_row(row)
    if settled is None:
        return f"{row_id}: lost its lease while running; another worker has it."
    reason = f": {settled.error}" if settled.error else ""
    return f"{settled}{reason} (attempt {settled.attempts} of {settled.max_attempts})"


def _why_not(kind: type[Work], row_id: UUID) -> str:
    found = kind._default_manager.filter(pk=row_id).first()
    if found is None:
        return f"{row_id}: there is no such row in {kind.queue}."
    if found.is_settled:
        return f"{found} already; `retry` makes it due again."
    return f"{found}: a worker has it until {found.due_at:%H:%M:%S} UTC."
