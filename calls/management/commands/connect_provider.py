"""Connect an account to a provider."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from calls.models import PhoneNumber
from calls.phone_numbers import InvalidPhoneNumber, PhoneNumberExists, add_number
from liveplatform.accounts.connections import (
    CredentialsRefused,
    InvalidConnection,
    TooManyConnections,
    try_new_credentials,
    upsert_connection,
)
from liveplatform.accounts.lookup import find_account
from liveplatform.accounts.models import Connection
from providers.registry import CREDENTIALS


class Command(BaseCommand):
    """Creates or replaces the account's default connection; adds `phone_number` to the account if given."""

    help = "Connect an account to a provider; secrets are sealed at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("account", help="the account's id, auth_id or name")
        parser.add_argument("provider", choices=sorted(CREDENTIALS))
        parser.add_argument(
            "--base-url", default="", help="default: the provider's public one; LiveKit has none"
        )
        parser.add_argument(
            "--set", nargs="+", action="extend", default=[], metavar="KEY=VALUE", dest="credentials"
        )

    def handle(self, **options: Any) -> None:  # noqa: ANN401
        credentials = dict(_parse_pair(text) for text in options["credentials"])
        account = find_account(options["account"])
        provider, base_url = options["provider"], options["base_url"]
        try:
            check = try_new_credentials(account, provider, credentials, base_url=base_url)
            with transaction.atomic():
                connection = upsert_connection(account, provider, credentials, base_url=base_url, check=check)
                if credentials.get("phone_number"):
                    _assign_number(connection, credentials["phone_number"])
        except (InvalidConnection, InvalidPhoneNumber, PhoneNumberExists) as error:
            hint = "" if getattr(error, "field", "") == "base_url" else " Give each with --set KEY=VALUE."
            raise CommandError(f"{error}{hint}") from error
        except (TooManyConnections, CredentialsRefused) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{account} is connected to {connection.get_provider_display()} ({connection.pk}).")
        self.stdout.write(f"Its events are taken at {connection.events_url}")
        self.stdout.write(f"Credentials: {check.outcome.label}. {check.message}".rstrip())
        if not connection.is_default:
            self.stdout.write("The account's former default connection stays the default.")


def _parse_pair(text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign:
        raise CommandError(f"{text!r} is not of the form KEY=VALUE.")
    return key, value


def _assign_number(connection: Connection, number: str) -> None:
    """Move the account's number to this connection, or add it."""
    existing = PhoneNumber.objects.filter(account=connection.account, number=number)
    if not existing.update(connection=connection):
        add_number(connection, number)
