from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "liveplatform.api"
    label = "api"
