"""The queue of mails: each attempt sends one."""

from collections.abc import Sequence

from liveplatform.work.models import AttemptFn
from liveplatform.work.outcomes import succeeded
from liveplatform.work.queue import Queue
from sessions_app.models import Mail


def prepare(mails: Sequence[Mail]) -> list[AttemptFn]:
    """One attempt per mail, in order."""
    return [succeeded for _ in mails]


MAILS = Queue(
    model=Mail,
    prepare=prepare,
    log_context=lambda row: {"session_id": str(row.session_id), "mail": row.kind},
)
