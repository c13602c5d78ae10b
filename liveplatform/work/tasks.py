"""Celery's doors into Work: the bell, a drain by hand, one row by hand."""

from celery import shared_task

from liveplatform.work import doorbell, worker  # noqa: F401 - worker connects itself to Celery's signals
from liveplatform.work.drain import drain as drain_kind
from liveplatform.work.models import kinds
from liveplatform.work.named_tasks import id_of, kind_of, named_task
from liveplatform.work.run_one import run_now


@shared_task(name="work.ring")
def ring(queue: str) -> str:
    """Wake this process's drain of a queue."""
    if doorbell.heard(queue):
        return f"{queue}: woken"
    return drain(queue)


@shared_task(name="work.sweep")
def sweep() -> str:
    """Wake this process's drain of every queue: beat's round."""
    return ", ".join(ring(queue) for queue in kinds())


@named_task("work.drain")
def drain(queue: str) -> str:
    """Work through everything due in a queue, here and now."""
    return f"{queue}: {drain_kind(kind_of(queue))}"


@named_task("work.run")
def run(queue: str, row_id: str) -> str:
    """Run one row now, due or not: `work.run steps <id>`."""
    return run_now(kind_of(queue), id_of(row_id, "row of Work"))
