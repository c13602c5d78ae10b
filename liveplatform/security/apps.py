from django.apps import AppConfig

from liveplatform.security import proxies  # noqa: F401 - registers its system check


class SecurityConfig(AppConfig):
    name = "liveplatform.security"
    label = "security"
