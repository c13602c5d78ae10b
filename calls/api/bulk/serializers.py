"""Requests and answers of bulk ends, operations and auto-end rules."""

from typing import Any

from rest_framework import serializers

from calls.api.fields import ReasonField
from calls.bulk.operations import MAX_IDS, by_ids, remaining
from calls.bulk.representation import OperationSerializer
from calls.bulk.validators import non_empty_filter, single_line
from calls.filters import CallFilter
from calls.models import Operation
from calls.models.end_code import EndCode
from liveplatform.api.examples import request_example
from liveplatform.api.serializers import (
    CleanCharField,
    EnvelopeSerializer,
    IdField,
    JSONBooleanField,
    JSONObjectField,
    PlainSerializer,
    StrictSerializer,
)

FILTER_HELP = 'For example {"is_test": true, "created_at": {"lt": "30m"}}; see docs/queries.md.'


class BulkEndRequest(StrictSerializer):
    """The calls to end: exactly one of `ids`, `filter` and `all`."""

    ids = serializers.ListField(child=IdField(), required=False, allow_empty=False, max_length=MAX_IDS)
    filter = JSONObjectField(required=False, help_text=FILTER_HELP)
    all = JSONBooleanField(
        required=False, help_text="Every live call of the account; scheduled ones are left alone."
    )
    reason = ReasonField(required=False, default="", help_text="Cut to 500 characters.")
    code = serializers.ChoiceField(
        choices=EndCode.choices,
        required=False,
        help_text="Default: emergency_stop for `all`, else ended_by_api.",
    )
    dry_run = JSONBooleanField(
        required=False, default=False, help_text="Count the calls without ending them."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        given = [name for name in ("ids", "filter", "all") if attrs.get(name) not in (None, False)]
        if len(given) != 1:
            raise serializers.ValidationError("Give exactly one of ids, filter and all (true).")
        call_filter = self._call_filter(given[0], attrs)
        if given == ["filter"] and call_filter.matches_all:
            raise serializers.ValidationError(
                {"filter": ["An empty filter means every call; say so with all: true."]}
            )
        default = EndCode.EMERGENCY_STOP if given == ["all"] else EndCode.ENDED_BY_API
        return attrs | {"call_filter": call_filter, "code": EndCode(attrs.get("code", default))}

    @staticmethod
    def _call_filter(field: str, attrs: dict[str, Any]) -> CallFilter:
        if field == "ids":
            return by_ids(attrs["ids"])
        return CallFilter.from_json(attrs["filter"] if field == "filter" else {})


class WouldEndSerializer(PlainSerializer):
    """The result of a dry run."""

    would_end = serializers.IntegerField()


class WatchedOperationSerializer(OperationSerializer):
    """An operation, and the number of calls it still has to end."""

    remaining = serializers.IntegerField(
        allow_null=True, help_text="Calls left when it was cancelled; null if not counted."
    )

    @staticmethod
    def get_remaining(operation: Operation) -> int | None:
        return remaining(operation)


class OperationsSerializer(EnvelopeSerializer):
    """A page of operations, newest first."""

    operations = OperationSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


@request_example(
    "Test calls end after an hour",
    {"name": "Old test calls", "filter": {"is_test": True}, "older_than": 3600},
)
class RuleRequest(StrictSerializer):
    """An auto-end rule."""

    name = CleanCharField(min_length=1, max_length=60, validators=[single_line], help_text="A single line.")
    filter = JSONObjectField(help_text=f"At least one condition. {FILTER_HELP}")
    older_than = serializers.IntegerField(
        source="min_age", min_value=1, max_value=30 * 86_400, help_text="Seconds since the start of the call."
    )
    reason = CleanCharField(
        required=False, allow_blank=True, max_length=500, help_text="Default: `Ended by the rule NAME`."
    )
    code = serializers.ChoiceField(choices=EndCode.choices, required=False)
    is_enabled = JSONBooleanField(required=False)

    def validate_filter(self, given: dict[str, Any]) -> dict[str, Any]:
        return non_empty_filter(given).to_json()


class RuleSerializer(PlainSerializer):
    """A rule and its results so far."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    filter = JSONObjectField()
    older_than = serializers.IntegerField(source="min_age")
    reason = serializers.CharField(
        source="effective_reason", help_text="The disconnect_reason of the calls it ends."
    )
    code = serializers.ChoiceField(choices=EndCode.choices)
    is_enabled = serializers.BooleanField()
    ended = serializers.IntegerField(help_text="Calls that this rule ended so far.")
    last_ended_at = serializers.DateTimeField(allow_null=True)
    last_run_at = serializers.DateTimeField(allow_null=True, help_text="Null: not run yet.")
    error = serializers.CharField(allow_null=True, help_text="Why it ends no call at present.")
    created_at = serializers.DateTimeField()


class RulesSerializer(EnvelopeSerializer):
    """A page of rules; `next_cursor` is null on the last."""

    rules = RuleSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)
