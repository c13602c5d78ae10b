from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "liveplatform.webhooks"
    label = "webhooks"
