"""Send webhooks again: failed, missed, or of a period."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet
from django.utils import timezone
from tqdm import tqdm

from liveplatform.accounts.lookup import find_account
from liveplatform.timeparse import parse_time
from liveplatform.webhooks.event_types import event_types
from liveplatform.webhooks.models import Delivery, Endpoint
from liveplatform.webhooks.replay import backfill

BATCH = 1000


class Command(BaseCommand):
    """Make settled deliveries due again; the workers send them with the same ids and bytes."""

    help = "Send webhooks again: same ids and bytes, signed with the secrets of the day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--account", help="an account's id, auth_id or name")
        parser.add_argument("--endpoint", type=UUID, metavar="ID", help="this endpoint only")
        parser.add_argument(
            "--since", type=parse_time, metavar="TIME", help="events since: a time, or an age"
        )
        parser.add_argument(
            "--until", type=parse_time, metavar="TIME", help="events before: a time, or an age"
        )
        parser.add_argument("--type", choices=sorted(event_types()), help="events of this type only")
        parser.add_argument("--failed", action="store_true", help="only what failed or was skipped")
        parser.add_argument(
            "--missed", action="store_true", help="also events the --endpoint was never sent, --since a time"
        )
        parser.add_argument("--dry-run", action="store_true", help="say how many would be sent, send none")

    def handle(self, **options: Any) -> None:  # noqa: ANN401
        deliveries = self._select(options)
        total = deliveries.count()
        if options["dry_run"]:
            self.stdout.write(f"{total:,} deliveries would be sent again.")
            return
        again = self._restart(deliveries, total)
        self.stdout.write(f"{again:,} deliveries are due again; the workers send them.")
        if options["missed"]:
            until = options["until"] or timezone.now()
            added = backfill(options["endpoint"], options["since"], until)
            self.stdout.write(f"{added:,} events that the endpoint was never sent are due.")

    def _select(self, options: dict[str, Any]) -> QuerySet[Delivery]:
        """The settled deliveries to enabled endpoints that the options select. Raises CommandError."""
        if not any(options[name] for name in ("account", "endpoint", "since", "failed")):
            raise CommandError("Choose with --account, --endpoint, --since or --failed.")
        if options["missed"] and not (options["endpoint"] and options["since"]):
            raise CommandError("--missed wants an --endpoint and a --since.")
        if options["since"] and options["until"] and options["since"] >= options["until"]:
            raise CommandError("--since must be a time before --until.")
        found = Delivery.objects.filter(endpoint__is_enabled=True).exclude(state__in=Delivery.OPEN)
        if options["account"]:
            found = found.filter(account=find_account(options["account"]))
        if options["endpoint"]:
            found = found.filter(endpoint=_endpoint(options["endpoint"]))
        if options["failed"]:
            found = found.filter(state__in=(Delivery.State.FAILED, Delivery.State.SKIPPED))
        lookups = {"event__created_at__gte": "since", "event__created_at__lt": "until", "event__type": "type"}
        return found.filter(**{column: options[name] for column, name in lookups.items() if options[name]})

    def _restart(self, deliveries: QuerySet[Delivery], total: int) -> int:
        again = 0
        with tqdm(total=total, unit="delivery", disable=None) as bar:
            ids = list(deliveries.order_by("pk").values_list("pk", flat=True))
            for start in range(0, len(ids), BATCH):
                batch = ids[start : start + BATCH]
                again += Delivery.objects.filter(pk__in=batch).restart()
                bar.update(len(batch))
        return again


def _endpoint(endpoint_id: UUID) -> Endpoint:
    endpoint = Endpoint.objects.filter(pk=endpoint_id).first()
    if endpoint is None:
        raise CommandError(f"There is no endpoint {endpoint_id}.")
    if not endpoint.is_enabled:
        reason = endpoint.disabled_reason or "by its owner"
        raise CommandError(f"The endpoint is disabled: {reason}. Enable it first.")
    return endpoint
