"""Connect an account to a provider."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from calls.models import PhoneNumber
from calls.phone_numbers import InvalidPhoneNumber, PhoneNumberExists, add_number
from liveplatform.accounts.connections import InvalidConnection, upsert_connection
from liveplatform.accounts.lookup import find_account
from liveplatform.accounts.models import Connection
from providers.registry import CREDENTIALS


class Command(BaseCommand):
    """Makes or replaces the account's default connection; a Twilio phone_number is added to the account."""

    help = "Connect an account to a provider; secrets are sealed at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("account", help="the account's id, auth_id or name")
        parser.add_argument("provider", choices=sorted(CREDENTIALS))
        parser.add_argument(
            "--base-url", default="", help="default: the provider's public one; LiveKit has none"
        )
        parser.add_argument(
            "--set", nargs="+", action="extend", default=[], metavar="KEY=VALUE", dest="given"
        )

    def handle(self, **options: Any) -> None:  # noqa: ANN401
        given = dict(_parse_pair(text) for text in options["given"])
        account = find_account(options["account"])
        try:
            with transaction.atomic():
                connection = upsert_connection(
                    account, options["provider"], given, base_url=options["base_url"]
                )
                if given.get("phone_number"):
                    _assign_number(connection, given["phone_number"])
        except (InvalidConnection, InvalidPhoneNumber, PhoneNumberExists) as error:
            how = "" if getattr(error, "field", "") == "base_url" else " Give each with --set KEY=VALUE."
            raise CommandError(f"{error}{how}") from error
        self.stdout.write(f"{account} is connected to {connection.get_provider_display()} ({connection.pk}).")
        self.stdout.write(f"Its events are taken at {connection.events_url}")


def _parse_pair(text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign:
        raise CommandError(f"{text!r} is not of the form KEY=VALUE.")
    return key, value


def _assign_number(connection: Connection, written: str) -> None:
    known = PhoneNumber.objects.filter(account=connection.account, number=written)
    if not known.update(connection=connection):
        add_number(connection, written)
