"""All routes of the API, as the URLconf has them."""

from collections.abc import Callable, Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from liveplatform.api.views import PlatformView


def routes(patterns: Any = None, prefix: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
    """Each path with its view function, whose `cls` is the view or viewset."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern) and issubclass(
            getattr(pattern.callback, "cls", object), PlatformView
        ):
            yield path, pattern.callback


def scopes_of(view: Any) -> dict[str, str | None]:
    """The declared scope of each method that is served."""
    actions = getattr(view, "actions", {})
    return {
        method.upper(): view.cls.scopes.get(action) for method, action in actions.items() if method != "head"
    }
