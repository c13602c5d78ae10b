"""Make a new RSA pair for the webhooks of livestreams."""

from typing import Any

from django.core.management.base import BaseCommand

from sessions_app.livestreams.keys import rotate


class Command(BaseCommand):
    """Receivers fetch the public key anew when a signature does not fit the one that they know."""

    help = (
        "Sign webhooks of livestreams with a new RSA pair; /.well-known/webhooks.json shows its public key."
    )

    def handle(self, **options: Any) -> None:  # noqa: ANN401
        self.stdout.write(f"Signed with {rotate()} from now on.")
