"""The surface of bulk ends, operations and auto-end rules."""

from liveplatform.api.surfaces import Surface

BULK = Surface(
    "bulk",
    tags={"Ending many calls": "Bulk operations, auto-end rules, the emergency stop."},
    urls="calls.api.bulk.urls",
    enums={"OperationState": "calls.bulk.representation.OPERATION_STATES"},
)
