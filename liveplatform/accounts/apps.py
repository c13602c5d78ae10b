from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "liveplatform.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Connections to providers lead where customers say: they are judged."""
        from liveplatform.egress.provider_policy import is_allowed  # noqa: PLC0415 - needs the settings
        from providers import sockets  # noqa: PLC0415

        sockets.set_address_policy(is_allowed)
