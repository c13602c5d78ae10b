"""Run the demo: calls, a session and forked audio on real servers, over REST, and every effect checked."""

import signal
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console

from calls.demo.report import print_report
from calls.demo.scenario import Scenario
from calls.demo.stories import stories
from liveplatform.dev.stack import LocalStack, StartFailed

# Mails are written to files, wherever others are sent.
SETTINGS = {
    "TRANSCRIPT_WINDOW": "1",
    "LOG_LEVEL": "WARNING",
    "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
}


class Command(BaseCommand):
    """Exit status 0 if every printed check passed, 1 otherwise."""

    help = (
        "Start the whole platform, end two calls, hold a session, fork audio, and show what followed; "
        "exit status tells."
    )
    requires_system_checks: list[str] = []  # noqa: RUF012 - as Django declares it

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--var", type=Path, default=settings.BASE_DIR / "var" / "demo")

    def handle(self, **options: Any) -> None:  # noqa: ANN401
        # Whoever stops it leaves nothing running, as after ctrl-C.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        console = Console(width=118)
        options["var"].mkdir(parents=True, exist_ok=True)
        with LocalStack(
            options["var"], SETTINGS | {"EMAIL_FILE_PATH": str(options["var"] / "mails")}
        ) as local:
            local.received.unlink(missing_ok=True)
            try:
                with console.status("starting PostgreSQL, Redis, web, worker, beat, sandbox and a receiver"):
                    local.prepare()
                    local.start("sandbox", "receiver", "web", "worker", "beat")
                    local.wait_ready()
                scenario = Scenario(local)
                with console.status("two calls"):
                    scenario.run()
                others = stories(scenario)
                for story in others:
                    with console.status(story.name):
                        story.run()
                scenario.finish()
            except StartFailed as error:
                raise CommandError(str(error)) from error
            passed = print_report(console, scenario, others)
        sys.exit(0 if passed else 1)
