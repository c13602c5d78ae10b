"""Celery tasks of Work: the doorbell's message, the sweep, and running a queue or a row on request."""

from celery import shared_task

from liveplatform.work import doorbell, worker  # noqa: F401 - worker registers Celery signal handlers
from liveplatform.work.drain import drain as drain_queue
from liveplatform.work.named_tasks import ops_task, parse_id, parse_queue
from liveplatform.work.queue import queues
from liveplatform.work.run_one import run_one


@shared_task(name="work.ring")
def ring(queue: str) -> str:
    """Wake this process's drain of a queue; drain it here if there is none."""
    if doorbell.wake_local(queue):
        return f"{queue}: woken"
    return drain(queue)


@shared_task(name="work.sweep")
def sweep() -> str:
    """Wake this process's drain of every queue; beat sends it every WORK_SWEEP seconds."""
    return ", ".join(ring(queue) for queue in queues())


@ops_task("work.drain")
def drain(queue: str) -> str:
    """Work through the due rows of a queue in this process."""
    return f"{queue}: {drain_queue(parse_queue(queue))}"


@ops_task("work.run")
def run(queue: str, row_id: str) -> str:
    """Run one row now, due or not: `work.run steps <id>`."""
    return run_one(parse_queue(queue), parse_id(row_id, "row of Work"))
