"""End many calls, chosen by id or filter; the emergency stop with --all."""

import time
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet
from tqdm import tqdm

from calls.bulk.given_up import take_up
from calls.bulk.operations import start_per_account
from calls.bulk.targets import NOT_BEGUN
from calls.filters.cli import add_filter_arguments, require_known_ids, selected_calls
from calls.models import Call, Operation
from calls.models.end_code import MAX_REASON_LENGTH, EndCode
from liveplatform.work.queue import queue_named
from liveplatform.work.run_one import run_one

ACTOR = "command:end_calls"
POLL_INTERVAL = 0.3  # seconds


class Command(BaseCommand):
    """Starts operations that the workers run, and shows their progress; they outlive this command."""

    help = "End calls, chosen by id or filter; what must follow is carried out by the workers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_filter_arguments(parser)
        parser.add_argument(
            "--reason", default="Ended by staff", help="kept as disconnect_reason, 500 characters at most"
        )
        parser.add_argument(
            "--code", choices=EndCode.values, help="default: ended_by_staff; with --all emergency_stop"
        )
        parser.add_argument(
            "--scheduled", action="store_true", help="scheduled calls too; they are left alone otherwise"
        )
        parser.add_argument("--dry-run", action="store_true", help="say how many would end, end none")
        parser.add_argument("--now", action="store_true", help="end them in this process, without workers")

    def handle(self, **options: Any) -> None:  # noqa: ANN401
        if len(options["reason"]) > MAX_REASON_LENGTH:
            raise CommandError(f"--reason must have {MAX_REASON_LENGTH} characters at most.")
        selected = selected_calls(options)
        calls = selected.filter(ended_at__isnull=True)
        if not options["ids"] and not options["scheduled"]:
            calls = calls.exclude(NOT_BEGUN)
        total = calls.count()
        if options["dry_run"]:
            self.stdout.write(f"{total:,} calls would end.")
        else:
            self._end(calls, total, options)
            if again := take_up(selected, ACTOR):
                self.stdout.write(f"{again:,} hang-ups that were given up are taken up again.")
        require_known_ids(options)

    def _end(self, calls: QuerySet[Call], total: int, options: dict[str, Any]) -> None:
        default = EndCode.EMERGENCY_STOP if options["everything"] else EndCode.ENDED_BY_STAFF
        code = EndCode(options["code"] or default)
        operations = start_per_account(calls, reason=options["reason"], code=code, actor=ACTOR)
        if options["now"]:
            for operation in operations:
                _run_here(operation)
        self.stdout.write(_summary(self._wait(operations, total)) or "No call was live.")

    def _wait(self, operations: Sequence[Operation], total: int) -> list[Operation]:
        """Show progress until the operations are settled; interrupting this does not stop them."""
        with tqdm(total=total, unit="call", disable=None) as bar:
            while True:
                rows = list(Operation.objects.filter(pk__in=[operation.pk for operation in operations]))
                bar.update(sum(row.ended + row.already_ended for row in rows) - bar.n)
                if all(row.is_settled for row in rows):
                    return rows
                time.sleep(POLL_INTERVAL)


def _run_here(operation: Operation) -> None:
    while Operation.objects.filter(pk=operation.pk, state__in=Operation.OPEN).exists():
        run_one(queue_named(Operation.queue), operation.pk)


def _summary(rows: Sequence[Operation]) -> str:
    """The counts that are not zero, such as "5 ended, 1 had ended meanwhile"."""
    counts = {
        "ended": sum(row.ended for row in rows),
        "had ended meanwhile": sum(row.already_ended for row in rows),
        "operations failed": sum(row.state == Operation.State.FAILED for row in rows),
    }
    return ", ".join(f"{count:,} {label}" for label, count in counts.items() if count)
