from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "liveplatform.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Connections to providers lead where customers say: they are judged."""
        from liveplatform.accounts.provider_addresses import may_connect  # noqa: PLC0415 - needs the settings
        from providers import lines  # noqa: PLC0415

        lines.judge_by(may_connect)
