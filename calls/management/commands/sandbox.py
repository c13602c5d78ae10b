"""Run the provider sandbox: the providers' APIs as a local server."""

import asyncio
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connections

from calls.demo.sandbox import callback_targets, known_secrets
from providers.sandbox.forker import Forker
from providers.sandbox.server import serve


class Command(BaseCommand):
    """`python -m providers.sandbox` that can send callbacks to the connections that point to it."""

    help = "Run the provider sandbox, a real HTTP server that speaks the providers' wire formats."
    requires_system_checks: list[str] = []  # noqa: RUF012 - as Django declares it

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=9000, help="0: any free port")
        parser.add_argument("--port-file", type=Path, help="write the port here once ready")
        parser.add_argument(
            "--speeches", type=Path, help="a folder of WAV files that calls may say on audio streams"
        )
        parser.add_argument("--dial-anywhere", action="store_true", help="fork audio to other machines too")

    def handle(self, **options: Any) -> None:  # noqa: ANN401
        port = options["port"]
        targets, secrets = callback_targets(port), known_secrets(port)
        connections.close_all()
        forker = Forker(dial_anywhere=options["dial_anywhere"], speech_folder=options["speeches"])
        asyncio.run(serve(options["host"], port, options["port_file"], targets, secrets, forker))
