"""An operation as JSON: in the API and in the event operation.finished."""

from typing import Any

from rest_framework import serializers

from calls.models import Operation
from calls.models.end_code import EndCode
from liveplatform.api.serializers import JSONObjectField, PlainSerializer

OPERATION_STATES = ["running", "finished", "cancelled", "failed"]
# States of Work that have another name here.
STATE_NAMES = {"pending": "running", "done": "finished", "skipped": "cancelled"}
# Of a list of ids only the first are shown: a page of operations with all of them would be megabytes.
MAX_SHOWN_IDS = 20


class OperationSerializer(PlainSerializer):
    """A bulk operation and its progress."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=OPERATION_STATES)
    ended = serializers.IntegerField(help_text="Calls that this operation ended.")
    already_ended = serializers.IntegerField(help_text="Calls that were ended by another request first.")
    unknown = serializers.IntegerField(
        source="unknown_ids", help_text="Ids that match no call of this account."
    )
    ids = serializers.IntegerField(allow_null=True, help_text="The number of ids given; null for a filter.")
    filter = JSONObjectField(help_text="The filter as given; for a list of ids its first 20.")
    reason = serializers.CharField(allow_null=True)
    code = serializers.ChoiceField(choices=EndCode.choices)
    by = serializers.CharField(source="requested_by")
    error = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(source="settled_at", allow_null=True)

    @staticmethod
    def get_state(operation: Operation) -> str:
        return STATE_NAMES.get(operation.state, operation.state)

    @staticmethod
    def get_ids(operation: Operation) -> int | None:
        ids = operation.requested_ids
        return None if ids is None else len(ids)

    @staticmethod
    def get_filter(operation: Operation) -> dict[str, Any]:
        ids = operation.requested_ids
        if ids is None:
            return dict(operation.filter)
        return {**operation.filter, "id": {**operation.filter["id"], "in": ids[:MAX_SHOWN_IDS]}}
