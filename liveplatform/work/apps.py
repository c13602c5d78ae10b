from django.apps import AppConfig


class WorkConfig(AppConfig):
    name = "liveplatform.work"
    label = "work"
