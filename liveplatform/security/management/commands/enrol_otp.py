"""Give a staff user a second factor."""

import base64
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django_otp.plugins.otp_totp.models import TOTPDevice


class Command(BaseCommand):
    """Prints the secret of a new authenticator (TOTP, RFC 6238) once; it is asked for from now on."""

    help = "Make a second factor for a user, or remove it (a lost device: --replace)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        group = parser.add_mutually_exclusive_group()
        group.add_argument("--replace", action="store_true", help="remove the user's other devices")
        group.add_argument("--remove", action="store_true", help="remove all devices and make none")

    def handle(self, **options: Any) -> None:  # noqa: ANN401
        users = get_user_model()._default_manager
        user = users.filter(**{get_user_model().USERNAME_FIELD: options["username"]}).first()
        if user is None:
            raise CommandError("There is no such user; manage.py createsuperuser makes the first.")
        devices = TOTPDevice.objects.filter(user=user)
        if devices.exists() and not (options["replace"] or options["remove"]):
            raise CommandError("This user has a second factor; --replace makes another, --remove none.")
        with transaction.atomic():
            removed, _ = devices.delete()
            if options["remove"]:
                self.stdout.write(f"{removed} removed. {user} logs in with the password alone.")
                return
            device = TOTPDevice.objects.create(user=user, name="authenticator", confirmed=True)
        self.stdout.write(f"Secret  {base64.b32encode(device.bin_key).decode()}\nURL     {device.config_url}")
        self.stdout.write("Enter either in an authenticator app. Neither is shown again.")
