"""Run due work in this process, without Celery and Redis."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count, QuerySet
from tqdm import tqdm

from liveplatform.work.drain import drain
from liveplatform.work.models import Work
from liveplatform.work.queue import Queue, queues
from liveplatform.work.run_one import run_one


class Command(BaseCommand):
    """Drains queues, runs single rows by id, or restarts failed rows."""

    help = "Run due work in this process, or single rows by id, or restart failed rows."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "ids", nargs="*", type=UUID, metavar="ROW_ID", help="run these rows now, due or not"
        )
        parser.add_argument("--queue", choices=sorted(queues()), help="one queue only")
        parser.add_argument(
            "--again", action="store_true", help="run those of the named rows again that are settled"
        )
        parser.add_argument("--failed", action="store_true", help="first restart failed rows")
        parser.add_argument("--seconds", type=float, default=60.0, help="stop claiming after this time")
        parser.add_argument("--dry-run", action="store_true", help="only count open and failed rows")

    def handle(self, **options: Any) -> None:  # noqa: ANN401
        chosen = [queue for name, queue in queues().items() if options["queue"] in (None, name)]
        if options["ids"]:
            return self._run_rows(chosen, list(options["ids"]), again=options["again"])
        if options["again"]:
            raise CommandError("--again is for rows named by their ids; --failed restarts all failed ones.")
        for queue in chosen:
            self._run_queue(queue, options)
        return None

    def _run_rows(self, chosen: list[Queue[Any]], ids: list[UUID], *, again: bool) -> None:
        for row_id in tqdm(ids, unit="row", disable=None):
            owner = next((q for q in chosen if q.model.objects.filter(pk=row_id).exists()), None)
            if owner is None:
                raise CommandError(f"{row_id}: there is no such row in {', '.join(q.name for q in chosen)}.")
            if again:
                owner.model.objects.filter(pk=row_id).restart(wake=False)
            self.stdout.write(run_one(owner, row_id))

    def _run_queue(self, queue: Queue[Any], options: dict[str, Any]) -> None:
        failed = queue.model.objects.filter(state=Work.State.FAILED)
        if options["dry_run"]:
            self.stdout.write(f"{queue.name}: {self._counts(queue.model.objects.all())}")
            return
        if options["failed"]:
            failed.restart()
        self.stdout.write(f"{queue.name}: {drain(queue, seconds=options['seconds'])}")

    def _counts(self, rows: QuerySet[Work]) -> str:
        counts = (
            rows.filter(state__in=("pending", "running", "failed"))
            .values_list("state")
            .annotate(n=Count("pk"))
        )
        return ", ".join(f"{n:,} {state}" for state, n in counts) or "no open or failed rows"
