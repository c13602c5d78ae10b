"""Run the analysis of many ended calls again."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import QuerySet
from tqdm import tqdm

from calls.again import run_again
from calls.models import Step
from calls.selecting.commands import add_filters, chosen, name_unknown


class Command(BaseCommand):
    """Makes the analyse step of every chosen ended call due again."""

    help = "Run the analysis of ended calls again, chosen by id or filter."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_filters(parser)
        parser.add_argument("--failed", action="store_true", help="only where the last analysis failed")
        parser.add_argument("--dry-run", action="store_true", help="say how many would run, run none")

    def handle(self, **options: Any) -> None:  # noqa: ANN401
        steps = Step.objects.filter(kind=Step.Kind.ANALYSE, call__in=chosen(options)).exclude(
            state__in=Step.OPEN
        )
        if options["failed"]:
            steps = steps.filter(state=Step.State.FAILED)
        total = steps.count()
        if options["dry_run"]:
            self.stdout.write(f"{total:,} analyses would run again.")
        else:
            self._run(steps, total)
        name_unknown(options)

    def _run(self, steps: QuerySet[Step], total: int) -> None:
        for step in tqdm(steps.order_by("pk").iterator(500), total=total, unit="call", disable=None):
            run_again(step, by="command:reanalyse")
        self.stdout.write(f"{total:,} analyses are due again; the workers carry them out.")
