"""Run the analysis of many ended calls again."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import QuerySet
from tqdm import tqdm

from calls.filters.cli import add_filter_arguments, require_known_ids, selected_calls
from calls.models import Step
from calls.post_processing.rerun import rerun_step


class Command(BaseCommand):
    """Makes the settled analyse steps of the chosen calls due again."""

    help = "Run the analysis of ended calls again, chosen by id or filter."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_filter_arguments(parser)
        parser.add_argument("--failed", action="store_true", help="only where the last analysis failed")
        parser.add_argument("--dry-run", action="store_true", help="say how many would run, run none")

    def handle(self, **options: Any) -> None:  # noqa: ANN401
        steps = Step.objects.filter(kind=Step.Kind.ANALYSE, call__in=selected_calls(options)).exclude(
            state__in=Step.OPEN
        )
        if options["failed"]:
            steps = steps.filter(state=Step.State.FAILED)
        total = steps.count()
        if options["dry_run"]:
            self.stdout.write(f"{total:,} analyses would run again.")
        else:
            self._run(steps, total)
        require_known_ids(options)

    def _run(self, steps: QuerySet[Step], total: int) -> None:
        for step in tqdm(steps.order_by("pk").iterator(500), total=total, unit="call", disable=None):
            rerun_step(step, actor="command:reanalyse")
        self.stdout.write(f"{total:,} analyses are due again; the workers carry them out.")
