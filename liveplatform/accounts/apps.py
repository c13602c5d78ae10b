from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "liveplatform.accounts"
    label = "accounts"
