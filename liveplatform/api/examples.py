"""Declared examples of requests, where one derived from the schema would be refused or say nothing."""

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer

C = TypeVar("C", bound=type)


def request_example(name: str, value: dict[str, Any]) -> Callable[[C], C]:
    """Decorator of a serializer: the example of the requests that it reads, which the API must accept."""
    example = OpenApiExample(name, value=value, request_only=True)
    return extend_schema_serializer(examples=[example])
