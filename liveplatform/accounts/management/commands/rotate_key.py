"""Give an API key a successor."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from liveplatform.accounts.keys import MAX_OVERLAP_HOURS, RotationError, rotate
from liveplatform.accounts.models import ApiKey


class Command(BaseCommand):
    """Both keys are valid until the overlap ends."""

    help = "Make a successor of an API key; the old key goes on working for the overlap."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("public_id", help="the part between the first two underscores of the key")
        parser.add_argument(
            "--hours", type=float, default=24.0, help=f"overlap, 0 to {MAX_OVERLAP_HOURS}; default 24"
        )

    def handle(self, **options: Any) -> None:  # noqa: ANN401
        if not 0 <= options["hours"] <= MAX_OVERLAP_HOURS:
            raise CommandError(f"--hours must be 0 to {MAX_OVERLAP_HOURS}.")
        key = ApiKey.objects.filter(public_id=options["public_id"], revoked_at=None).first()
        if key is None:
            raise CommandError("There is no such key in force.")
        try:
            _, text = rotate(key, timedelta(hours=options["hours"]), created_by="command:rotate_key")
        except RotationError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{text}\nThe API key is not shown again; {key} expires at {key.expires_at:%F %T} UTC."
        )
