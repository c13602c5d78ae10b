"""The wing's surface: its addresses and its error shape."""

from typing import Any

from rest_framework import serializers

from liveplatform.api.surfaces import Problem, Surface


class FaultSerializer(serializers.Serializer[Any]):
    """What went wrong."""

    fault = serializers.CharField()
    status = serializers.IntegerField()


def render(problem: Problem) -> dict[str, Any]:
    return {"fault": problem.code, "status": problem.status}


WING = Surface(
    "wing", urls="tests.support.wing.urls", paths="/wing/.*", render=render, error_body=FaultSerializer
)
