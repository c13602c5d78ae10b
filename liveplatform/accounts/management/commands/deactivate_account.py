"""Deactivate an account."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from liveplatform.accounts.deactivation import StillRunning, deactivate
from liveplatform.accounts.lookup import find_account


class Command(BaseCommand):
    """Refuses while calls run, unless it is told to end them."""

    help = "Deactivate an account: its keys and tokens stop working. Its calls stay on record."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("account", help="id, auth_id or name")
        parser.add_argument(
            "--end-running", action="store_true", help="end its open calls, which run on otherwise"
        )

    def handle(self, **options: Any) -> None:  # noqa: ANN401
        account = find_account(options["account"])
        try:
            done = deactivate(account, end_running=options["end_running"], actor="command")
        except StillRunning as error:
            raise CommandError(f"{error} Or give --end-running.") from error
        self.stdout.write("\n".join([f"{account} is deactivated.", *done]))
