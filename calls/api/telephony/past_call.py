"""The fields of POST /calls about a call that has ended, named as in the vendor's call object."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from calls.analysis.turns import BadTurn, parse_turns
from calls.lifecycle.register_past import PastCall
from calls.models.answer import UNANSWERED_STATUSES
from calls.models.call_status import FINAL_STATUSES
from liveplatform.api.serializers import CleanCharField, InstantField, JSONObjectField, StrictSerializer
from providers.events import VALID_YEARS, RecordingFile, is_http_url

MAX_RECORDINGS = 20
# Clocks differ: a time may be this much later than ours, and a duration this much longer than its times.
CLOCK_SKEW = timedelta(seconds=60)
ROUNDING = 1  # seconds
TIMES = ("started_at", "answered_at", "ended_at")
# Fields of the request that only an ended call has; the names of PastCall's fields.
END_FIELDS = {
    "ended_at": "ended_at",
    "call_status": "status",
    "call_duration": "duration",
    "disconnect_reason": "disconnect_reason",
    "cost": "cost",
    "price_unit": "price_unit",
    "call_rating": "rating",
    "call_feedback": "feedback",
    "transcript_object": "turns",
    "transcript_language": "language",
    "record_url": "record_url",
    "recordings": "recordings",
}


class RecordingUrlField(CleanCharField):
    """An http(s) address."""

    default_error_messages = {"url": "Give an address beginning with http:// or https://."}

    def to_internal_value(self, data: Any) -> str:  # noqa: ANN401
        url = super().to_internal_value(data)
        if not is_http_url(url):
            self.fail("url")
        return url


class PastRecording(StrictSerializer):
    """One recording; `id` is the provider's, by default its URL."""

    id = CleanCharField(required=False, max_length=300)
    url = RecordingUrlField(max_length=2000)
    started_at = InstantField(required=False, allow_null=True)
    ended_at = InstantField(required=False, allow_null=True)
    duration = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=10**7)

    def validate(self, attrs: dict[str, Any]) -> RecordingFile:
        return RecordingFile(**{"id": attrs["url"][:300]} | attrs)


class PastCallFields(StrictSerializer):
    """With `ended_at` the call is recorded as ended: nothing is asked of its provider."""

    started_at = InstantField(required=False, allow_null=True)
    answered_at = InstantField(required=False, allow_null=True)
    ended_at = InstantField(
        required=False, allow_null=True, help_text="The call is over; needed for what follows."
    )
    call_status = serializers.ChoiceField(FINAL_STATUSES, required=False, allow_null=True)
    call_duration = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=10**7, help_text="Seconds from the answer."
    )
    disconnect_reason = CleanCharField(required=False, allow_null=True, allow_blank=True, max_length=500)
    cost = serializers.DecimalField(
        12, 6, required=False, allow_null=True, min_value=Decimal(0), coerce_to_string=False
    )
    price_unit = serializers.RegexField("^[A-Z]{3}$", required=False, allow_null=True, help_text="ISO 4217.")
    call_rating = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=5)
    call_feedback = CleanCharField(required=False, allow_null=True, allow_blank=True, max_length=10_000)
    transcript_object = JSONObjectField(
        required=False, allow_null=True, help_text="{turns: [{role, text, start_ms, end_ms}]}"
    )
    transcript_language = CleanCharField(required=False, allow_null=True, allow_blank=True, max_length=16)
    record_url = RecordingUrlField(required=False, allow_null=True, max_length=2000)
    recordings = serializers.ListField(
        child=PastRecording(), required=False, allow_null=True, max_length=MAX_RECORDINGS
    )

    def validate_transcript_object(self, transcript: dict[str, Any] | None) -> list[dict[str, Any]]:
        turns = (transcript or {}).get("turns", [])
        try:
            parse_turns(turns)
        except BadTurn as error:
            raise serializers.ValidationError(str(error)) from error
        return list(turns)


def split_past_call(values: dict[str, Any]) -> tuple[dict[str, Any], PastCall | None]:
    """The values without the fields of an end, and these; None for a call that has not ended.

    Raises ValidationError for values that contradict each other.
    """
    end = {END_FIELDS[name]: value for name, value in values.items() if name in END_FIELDS and value != []}
    others = {name: value for name, value in values.items() if name not in END_FIELDS}
    _require_past_times(values)
    if "ended_at" not in end:
        if end:
            given = next(name for name in END_FIELDS if END_FIELDS[name] in end)
            raise serializers.ValidationError(
                {given: ["Only a call that is over has this: give ended_at too."]}
            )
        return others, None
    if url := end.pop("record_url", None):
        end["recordings"] = [*end.get("recordings", []), RecordingFile(id=url[:300], url=url)]
    past = PastCall(**end)
    _require_consistent(values, past)
    return others, past


def _require_past_times(values: dict[str, Any]) -> None:
    """In their order, and not in the future."""
    latest = timezone.now() + CLOCK_SKEW
    known: list[tuple[str, datetime]] = [(name, values[name]) for name in TIMES if values.get(name)]
    for name, at in known:
        if at > latest:
            raise serializers.ValidationError({name: ["This is in the future."]})
        if at.year not in VALID_YEARS:
            raise serializers.ValidationError({name: [f"Give a time from the year {VALID_YEARS[0]} on."]})
    for (earlier, before), (name, at) in zip(known, known[1:], strict=False):
        if at < before:
            raise serializers.ValidationError({name: [f"This is before {earlier}."]})


def _require_consistent(values: dict[str, Any], past: PastCall) -> None:
    since = values.get("answered_at") or values.get("started_at")
    if past.status in UNANSWERED_STATUSES and (values.get("answered_at") or past.duration):
        raise serializers.ValidationError({"call_status": [f"{past.status} means that nobody answered."]})
    if past.duration is not None and since:
        longest = (past.ended_at - since).total_seconds() + ROUNDING
        if past.duration > longest:
            raise serializers.ValidationError(
                {"call_duration": [f"From its answer to its end the call lasted {longest - ROUNDING:.0f} s."]}
            )
