"""Create an account with an API key."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, transaction

from liveplatform.accounts.keys import make_key
from liveplatform.accounts.models import Account
from liveplatform.accounts.scopes import SCOPES


class Command(BaseCommand):
    """Prints the key, which is not stored."""

    help = "Make an account with an API key, which is shown this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the account's name")
        parser.add_argument("--json", action="store_true", help="one JSON object for programs")
        parser.add_argument("--scope", action="append", choices=SCOPES, help="of the key; default: all")

        parser.add_argument(
            "--call-time-limit",
            type=int,
            metavar="SECONDS",
            help="calls without a limit of their own end then",
        )

    def handle(self, **options: Any) -> None:  # noqa: ANN401
        name = options["name"].strip()
        if not name or len(name) > 200:
            raise CommandError("The name must have 1 to 200 characters.")
        limit = options["call_time_limit"]
        if limit is not None and not 1 <= limit <= 86_400:
            raise CommandError("--call-time-limit must be from 1 to 86400 seconds.")
        try:
            with transaction.atomic():
                account = Account.objects.create(name=name, call_time_limit=limit)
                _, key = make_key(
                    account,
                    name="first key",
                    scopes=options["scope"] or SCOPES,
                    created_by="command:create_account",
                )
        except IntegrityError as error:
            raise CommandError(f"There is an account named {name!r} already; choose another name.") from error
        made = {"account_id": account.account_id, "auth_id": account.auth_id, "api_key": key}
        if options["json"]:
            self.stdout.write(json.dumps(made))
            return
        for label, value in made.items():
            self.stdout.write(f"{label:10}  {value}")
        self.stdout.write("The API key is not shown again.")
