"""Accept JWTs of an account's own identity service."""

from argparse import ArgumentParser, FileType
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from liveplatform.accounts.forms import IssuerForm
from liveplatform.accounts.lookup import find_account
from liveplatform.accounts.models import JwtIssuer
from liveplatform.accounts.scopes import READ, SCOPES


class Command(BaseCommand):
    """Creates or updates the issuer with this `iss` and `aud`; validated by the admin's form."""

    help = "Accept JSON Web Tokens of an issuer as an account's."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("account", help="the account's id, auth_id or name")
        parser.add_argument("issuer", help="the iss claim")
        parser.add_argument("audience", help="the aud claim")
        parser.add_argument("--algorithm", choices=JwtIssuer.Algorithm.values, default="RS256")
        parser.add_argument("--jwks-url", default="", help="where the issuer publishes its keys")
        parser.add_argument("--public-key", type=FileType(), help="a PEM file instead")
        parser.add_argument("--secret", type=FileType(), help="for HS256: a file, or - for standard input")
        parser.add_argument("--scope", action="append", choices=SCOPES, help=f"at most; default: {READ}")
        parser.add_argument("--users", action="store_true", help="its tokens are of end users: sessions only")

    def handle(self, **options: Any) -> None:  # noqa: ANN401
        account = find_account(options["account"])
        named = {"issuer": options["issuer"], "audience": options["audience"]}
        existing = JwtIssuer.objects.filter(account=account, **named).first()
        values = named | {
            "account": account.pk,
            "algorithm": options["algorithm"],
            "jwks_url": options["jwks_url"],
            "public_key": _content(options["public_key"]),
            "secret": _content(options["secret"]),
            "scopes": options["scope"] or [READ],
            "is_for_users": options["users"],
            "is_active": True,
            "confirm": True,  # the command itself is the confirmation of another secret
        }
        form = IssuerForm(values, instance=existing)
        if not form.is_valid():
            raise CommandError(" ".join(f"{name}: {errors[0]}" for name, errors in form.errors.items()))
        issuer = form.save()
        self.stdout.write(f"{account} accepts {issuer.algorithm} tokens of {issuer} ({issuer.pk}).")


def _content(file: Any) -> str:  # noqa: ANN401 - an open file or None
    return str(file.read()).strip() if file else ""
