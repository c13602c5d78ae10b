"""Seal every stored secret with the newest of ENCRYPTION_KEYS."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Model
from tqdm import tqdm

from liveplatform.crypto import DecryptionFailed, fingerprints, seal, sealed_with_newest, unseal
from liveplatform.security.encryption_keys import aad_of, count_sealed_with, sealed_columns


class Command(BaseCommand):
    """Afterwards the older keys can be removed from ENCRYPTION_KEYS."""

    help = "Seal every secret again with the newest encryption key."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say how many would change, change none")

    def handle(self, **options: Any) -> None:  # noqa: ANN401
        closed = 0
        for model, column, field in sealed_columns():
            rows = model._default_manager.exclude(**{column: ""})
            old = [row for row in rows.iterator(500) if not sealed_with_newest(getattr(row, column))]
            if not options["dry_run"]:
                for row in tqdm(old, unit="secret", disable=None):
                    closed += not self._reseal(row, column, field)
            verb = "would be" if options["dry_run"] else "were to be"
            self.stdout.write(f"{model._meta.label}.{column}: {len(old):,} {verb} sealed anew")
        if closed:
            raise CommandError(f"{closed:,} could not be opened; their keys are not in ENCRYPTION_KEYS.")
        for key_id in list(fingerprints(settings.ENCRYPTION_KEYS))[1:]:
            if not count_sealed_with(key_id):
                self.stdout.write(f"Nothing is sealed with {key_id} any more; remove it in a day.")

    def _reseal(self, row: Model, column: str, field: str) -> bool:
        """Whether the secret could be unsealed. A row changed meanwhile is left: it has the newest key."""
        aad = aad_of(row, field)
        sealed = getattr(row, column)
        try:
            fresh = seal(unseal(sealed, aad=aad), aad=aad)
        except DecryptionFailed as error:
            self.stderr.write(f"{type(row).__name__} {row.pk}: {error}")
            return False
        type(row)._default_manager.filter(**{"pk": row.pk, column: sealed}).update(**{column: fresh})
        return True
