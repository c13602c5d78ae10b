"""Seal every secret anew with the newest of ENCRYPTION_KEYS."""

from argparse import ArgumentParser
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db.models import Model
from tqdm import tqdm

from liveplatform.crypto import seal, sealed_with_newest, unseal

# Model, sealed column, and the name by which its additional data knows it.
SEALED = [
    ("accounts.Connection", "sealed_secrets", "secrets"),
    ("accounts.JwtIssuer", "sealed_secret", "secret"),
    ("webhooks.Endpoint", "sealed_secret", "secret"),
    ("webhooks.Endpoint", "sealed_previous", "previous"),
]


class Command(BaseCommand):
    """Afterwards the older keys can be taken out of ENCRYPTION_KEYS."""

    help = "Seal every secret anew with the newest encryption key."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say how many would change, change none")

    def handle(self, **options: Any) -> None:  # noqa: ANN401
        for label, column, field in SEALED:
            rows = apps.get_model(label)._default_manager.exclude(**{column: ""})
            old = [row for row in rows.iterator(500) if not sealed_with_newest(getattr(row, column))]
            if not options["dry_run"]:
                for row in tqdm(old, unit="secret", disable=None):
                    _seal_anew(row, column, field)
            verb = "would be" if options["dry_run"] else "were"
            self.stdout.write(f"{label}.{column}: {len(old):,} {verb} sealed anew")


def _seal_anew(row: Model, column: str, field: str) -> None:
    aad = f"{row.account_id}/{type(row).__name__}/{row.pk}/{field}"  # type: ignore[attr-defined]
    setattr(row, column, seal(unseal(getattr(row, column), aad=aad), aad=aad))
    row.save(update_fields=[column])
