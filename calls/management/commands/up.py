"""Run the whole platform on this machine until ctrl-C."""

import os
import secrets
import signal
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from calls.demo.sandbox import SEND_EVENTS_ENV, sandbox_base_url, sandbox_port
from calls.phone_numbers import add_number
from liveplatform import embedded, startup
from liveplatform.accounts.connections import upsert_connection
from liveplatform.accounts.keys import make_key
from liveplatform.accounts.models import Account
from liveplatform.dev.single_instance import AlreadyRunning, check_port, single_instance

SHUTDOWN_GRACE = 15.0  # seconds for web and workers to finish


class Command(BaseCommand):
    """Migrates, creates a first account and an admin user, then runs the Procfile with honcho."""

    help = "Run web, worker, beat and the provider sandbox on this machine until ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=os.environ.get("PORT", "8000"))
        parser.add_argument(
            "--sandbox-port",
            type=int,
            default=os.environ.get("SANDBOX_PORT"),
            help="default: where the stored connections to it point; at the first start PORT + 1000",
        )

    def handle(self, **options: Any) -> None:  # noqa: ANN401
        var, port = settings.VAR_DIR, options["port"]
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            with single_instance(var, f"http://127.0.0.1:{port}"):
                check_port(port, "the platform's", "make up PORT=8010")
                started = embedded.ensure(var, **settings.EMBEDDED)
                try:
                    status = self._run(port, options["sandbox_port"])
                finally:
                    embedded.stop(var, **started)
        except AlreadyRunning as error:
            raise CommandError(str(error)) from error
        sys.exit(status)

    def _run(self, port: int, requested_sandbox: int | None) -> int:
        """Run until honcho exits or ctrl-C; returns the exit status."""
        call_command("migrate", verbosity=0)
        startup.check_encryption_keys()
        sandbox = sandbox_port(requested_sandbox, port + 1000)
        check_port(sandbox, "the provider sandbox's", "make up SANDBOX_PORT=9010")
        if not Account.objects.exists():
            self._first_start(sandbox_base_url(sandbox))
        environment = _process_env(port, sandbox)
        served = embedded.UpSettings.from_environment(environment)
        embedded.record_up_settings(settings.VAR_DIR, served)
        self.stdout.write(f"http://127.0.0.1:{port}/admin/  /api/docs/  (ctrl-C stops everything)")
        self.stdout.flush()
        honcho = [sys.executable, "-m", "honcho", "start"]
        processes = subprocess.Popen(honcho, env=environment, cwd=settings.BASE_DIR)  # noqa: S603
        try:
            return processes.wait()
        except KeyboardInterrupt:
            processes.terminate()
            processes.wait(SHUTDOWN_GRACE)
            self.stdout.write("stopped")
            return 0

    def _first_start(self, sandbox: str) -> None:
        account = Account.objects.create(name="first account")
        _, key = make_key(account, name="first key", created_by="command:up")
        twilio = {"account_sid": "AC" + "0" * 32, "auth_token": secrets.token_hex(16)}
        stream = {"api_key": "sandbox", "api_secret": secrets.token_hex(32)}
        connection = upsert_connection(account, "twilio", twilio, base_url=sandbox)
        add_number(connection, "+14155550100", "sandbox number")
        upsert_connection(account, "getstream", stream, base_url=sandbox)
        password = _reset_admin_password()
        self.stdout.write(f"API key        {key}\nAccount        {account.account_id} ({account.auth_id})")
        self.stdout.write(f"Admin          admin / {password}")
        self.stdout.write("Connected to the sandbox as +14155550100. None of this is shown again.")


def _process_env(port: int, sandbox: int) -> dict[str, str]:
    path = f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}"
    defaults = {"WEBHOOK_ALLOW_HTTP": "1", "WEBHOOK_ALLOW_LOOPBACK": "1"}  # a developer's machine
    own = {"PORT": str(port), "SANDBOX_PORT": str(sandbox), "PATH": path, "VAR_DIR": str(settings.VAR_DIR)}
    own[SEND_EVENTS_ENV] = "1"
    return defaults | {"PUBLIC_URL": f"http://127.0.0.1:{port}"} | dict(os.environ) | own


def _reset_admin_password() -> str:
    """Give the user `admin`, created if missing, a new random password."""
    password = secrets.token_urlsafe(12)
    users = get_user_model()._default_manager
    user, _ = users.get_or_create(username="admin", defaults={"is_staff": True, "is_superuser": True})
    user.set_password(password)
    user.save()
    return password
