"""End many calls: an emergency stop by hand."""

from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from calls.end import end
from calls.end_codes import EndCode
from calls.selecting.commands import add_filters, chosen


class Command(BaseCommand):
    """Ends every chosen call that is not over; the steps that follow are carried out by the workers."""

    help = "End calls, chosen by id or filter; what must follow is carried out by the workers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_filters(parser)
        parser.add_argument("--reason", default="Ended by staff", help="kept as disconnect_reason")
        parser.add_argument("--code", default=EndCode.EMERGENCY_STOP.value, choices=EndCode.values)
        parser.add_argument("--dry-run", action="store_true", help="say how many would end, end none")

    def handle(self, **options: Any) -> None:  # noqa: ANN401
        calls = chosen(options).filter(ended_at__isnull=True)
        total = calls.count()
        if options["dry_run"]:
            self.stdout.write(f"{total:,} calls would end.")
            return
        said: Counter[str] = Counter()
        rows = calls.order_by("pk").values_list("pk", "account_id").iterator(chunk_size=500)
        for pk, account_id in tqdm(rows, total=total, unit="call", disable=None):
            ended = end(
                pk,
                account_id=account_id,
                reason=str(options["reason"])[:500],
                code=EndCode(options["code"]),
                by="command:end_calls",
            )
            said["ended" if ended.won else "had ended meanwhile"] += 1
        self.stdout.write(", ".join(f"{n:,} {what}" for what, n in said.items()) or "No call was live.")
