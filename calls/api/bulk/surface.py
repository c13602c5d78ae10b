"""Ending many calls: bulk ends, operations and rules."""

from liveplatform.api.surfaces import Surface

BULK = Surface(
    "bulk",
    urls="calls.api.bulk.urls",
    enums={"OperationState": "calls.api.bulk.serializers.OPERATION_STATES"},
)
