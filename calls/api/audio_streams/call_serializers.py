"""Requests and answers of phone calls, in the form of Vobiz and Plivo.

Sources: docs.vobiz.ai/call/make-call, …/retrieve-live-call; Vobiz' SDK refuses an answer with any other key.
"""

from typing import Any

from rest_framework import serializers

from calls.api.audio_streams import fields
from calls.api.audio_streams.serializers import BLANK, OPTIONAL
from calls.lifecycle.dial_plan import DialRequest
from calls.models.answer import MachineDetection, OnMachine
from liveplatform.api.examples import request_example
from liveplatform.api.serializers import PlainSerializer

MAX_TO_LENGTH = 1000 * 20
SEVERAL = (
    "Several targets, separated by <, are not served: they would be one call_uuid for many calls. Make one "
    "call for each."
)


@request_example(
    "Make a call",
    {
        "from": "+14155550100",
        "to": "+14155550123",
        "answer_url": "https://app.example.com/answer",
        "answer_method": "POST",
    },
)
class MakePhoneCallRequest(serializers.Serializer[dict[str, Any]]):
    """A call to make. Other fields are ignored; webhooks tell what hangup_url and ring_url would."""

    vars()["from"] = fields.TextField(max_length=40, source="from_number")  # `from` is a keyword
    to = fields.TextField(max_length=MAX_TO_LENGTH, source="to_number", help_text="One number.")
    answer_url = serializers.URLField(
        max_length=2000, source="url", help_text="Answers the XML that whoever answers the phone hears."
    )
    answer_method = fields.WordField(("POST", "GET"), **BLANK)
    time_limit = serializers.IntegerField(min_value=1, max_value=86_400, **OPTIONAL)
    machine_detection = fields.WordField(
        ("true", "hangup", "false"), **BLANK, help_text="hangup: end the call if a machine answers."
    )

    def to_internal_value(self, data: Any) -> Any:  # noqa: ANN401
        """A JSON boolean in machine_detection is taken as text."""
        if isinstance(data.get("machine_detection"), bool):
            data = data | {"machine_detection": str(data["machine_detection"])}
        return super().to_internal_value(data)

    def validate_from(self, number: str) -> str:
        return _with_plus(number)

    def validate_to(self, numbers: str) -> str:
        if "<" in numbers.strip("< "):
            raise serializers.ValidationError(SEVERAL)
        return _with_plus(numbers.strip("< "))


def _with_plus(number: str) -> str:
    """E.164 is written without its plus by these vendors: 14155550100."""
    return f"+{number}" if number.isascii() and number.isdigit() else number


def dial_request(data: dict[str, Any], **others: Any) -> DialRequest:  # noqa: ANN401 - of DialRequest
    """What a validated MakePhoneCallRequest asks for."""
    detection = data.get("machine_detection") or "false"
    return DialRequest(
        from_number=data["from_number"],
        to_number=data["to_number"],
        url=data["url"],
        url_method=data.get("answer_method") or "POST",
        time_limit=data.get("time_limit"),
        machine_detection="" if detection == "false" else MachineDetection.ENABLE.value,
        on_machine=OnMachine.HANG_UP.value if detection == "hangup" else "",
        **others,
    )


class CallFiredAnswer(PlainSerializer):
    """The answer to make-call: request_uuid is the call_uuid."""

    api_id = serializers.CharField()
    message = serializers.CharField(help_text="Call fired")
    request_uuid = serializers.CharField()


class QueuedCallFields(PlainSerializer):
    """A call that waits to be dialled."""

    api_id = serializers.CharField()
    call_status = serializers.CharField(help_text="queued, ringing or in-progress")
    call_uuid = serializers.CharField()
    caller_name = serializers.CharField()
    direction = serializers.CharField(help_text="inbound or outbound")
    vars()["from"] = serializers.CharField(source="from_number")
    request_uuid = serializers.CharField()
    to = serializers.CharField(source="to_number")


class LiveCallFields(QueuedCallFields):
    """A live call."""

    session_start = serializers.CharField(help_text="2026-11-22 10:00:00.000000+00:00")
    stir_attestation = serializers.CharField()
    stir_verification = serializers.CharField()


class CallIdsAnswer(PlainSerializer):
    """The calls of one status, newest first."""

    api_id = serializers.CharField()
    calls = serializers.ListField(child=serializers.CharField())
