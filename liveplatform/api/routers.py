"""PlatformRouter: resources without a trailing slash, looked up by `<id:…>`."""

from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import ViewSetMixin

from liveplatform.api import converters  # noqa: F401 - registers <id:…>


class PlatformRouter(SimpleRouter):
    """Serves each resource under every prefix; the path of a resource may hold parameters."""

    def __init__(self, prefixes: tuple[str, ...] = ("v1/",)) -> None:
        super().__init__(trailing_slash=False, use_regex_path=False)
        self.prefixes = prefixes

    def register(self, prefix: str, viewset: type[ViewSetMixin], basename: str | None = None) -> None:
        for start in self.prefixes:
            path = f"{start}{prefix}"
            super().register(path, viewset, basename or path)
