"""The surface of bulk ends, operations and auto-end rules."""

from liveplatform.api.surfaces import Surface

BULK = Surface(
    "bulk",
    urls="calls.api.bulk.urls",
    enums={"OperationState": "calls.bulk.representation.OPERATION_STATES"},
)
