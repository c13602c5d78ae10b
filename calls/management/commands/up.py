"""Run the whole platform on this machine until ctrl-C."""

import os
import secrets
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand

from calls.platform.numbers import add_number
from liveplatform import embedded
from liveplatform.accounts.connecting import connect
from liveplatform.accounts.keys import make_key
from liveplatform.accounts.models import Account


class Command(BaseCommand):
    """Migrates, makes a first account and an admin, then hands over to honcho and the Procfile."""

    help = "Run web, worker, beat and the provider sandbox on this machine until ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))

    def handle(self, **options: Any) -> None:  # noqa: ANN401
        call_command("migrate", verbosity=0)
        env = _environment(options["port"])
        if not Account.objects.exists():
            self._first_start(env)
        self.stdout.write(f"http://127.0.0.1:{env['PORT']}/admin/  /api/docs/  (ctrl-C stops everything)")
        self.stdout.flush()
        honcho = [sys.executable, "-m", "honcho", "start"]
        try:
            subprocess.run(honcho, env=env, cwd=settings.BASE_DIR, check=False)  # noqa: S603
        except KeyboardInterrupt:
            self.stdout.write("stopped")
        finally:
            _stop_own_servers()

    def _first_start(self, env: dict[str, str]) -> None:
        account = Account.objects.create(name="first account")
        _, key = make_key(account, name="first key")
        sandbox = f"http://127.0.0.1:{env['SANDBOX_PORT']}"
        twilio = {"account_sid": "AC" + "0" * 32, "auth_token": secrets.token_hex(16)}
        stream = {"api_key": "sandbox", "api_secret": secrets.token_hex(32)}
        connection = connect(account, "twilio", twilio, base_url=sandbox)
        add_number(connection, "+14155550100", "sandbox number")
        connect(account, "getstream", stream, base_url=sandbox)
        password = _admin()
        self.stdout.write(f"API key        {key}\nAccount        {account.account_id} ({account.auth_id})")
        self.stdout.write(f"Admin          admin / {password}")
        self.stdout.write("Connected to the sandbox as +14155550100. None of this is shown again.")


def _environment(port: int) -> dict[str, str]:
    sandbox = os.environ.get("SANDBOX_PORT", str(port + 1000))
    path = f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}"
    defaults = {"WEBHOOK_ALLOW_HTTP": "1", "WEBHOOK_ALLOW_LOOPBACK": "1"}  # this is a developer's machine
    own = {"PORT": str(port), "SANDBOX_PORT": sandbox, "PATH": path, "VAR_DIR": str(settings.VAR_DIR)}
    return defaults | {"PUBLIC_URL": f"http://127.0.0.1:{port}"} | dict(os.environ) | own


def _admin() -> str:
    """An admin with a random password, shown once."""
    password = secrets.token_urlsafe(12)
    users = get_user_model()._default_manager
    user, _ = users.get_or_create(username="admin", defaults={"is_staff": True, "is_superuser": True})
    user.set_password(password)
    user.save()
    return password


def _stop_own_servers() -> None:
    """Stop the embedded servers, unless they are somebody else's."""
    if all(settings.EMBEDDED.values()):
        embedded.stop(settings.VAR_DIR)
