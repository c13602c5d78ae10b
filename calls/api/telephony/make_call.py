"""The body of a make-call, in the vendor's form.

https://docs.callab.ai/api-reference/campaign-calls/make-call
"""

from typing import Any

from rest_framework import serializers

from calls.agents.twiml import complaint
from calls.agents.validators import variables_complaint
from calls.api.fields import MetadataField, TimeLimitField
from calls.models.answer import MachineDetection, OnMachine
from calls.phone_numbers import InvalidPhoneNumber, e164
from liveplatform.api.examples import request_example
from liveplatform.api.serializers import CleanCharField, IdField, StrictSerializer

MAX_NUMBER_LENGTH = 40


class DynamicVariable(StrictSerializer):
    """One variable for the agent: a name without spaces and a non-empty value."""

    name = CleanCharField(min_length=1, max_length=100)
    value = CleanCharField(min_length=1, max_length=2000)

    def validate_name(self, name: str) -> str:
        if any(character.isspace() for character in name):
            raise serializers.ValidationError("A variable's name must not contain spaces.")
        return name


@request_example(
    "A call that says hello",
    {
        "call_from": "+14155550100",
        "call_to": "+14155550123",
        "twiml": "<Response><Say>Hello.</Say></Response>",
    },
)
class MakeCallRequest(StrictSerializer):
    """The body of a make-call; the fields from `is_test` on are added to the vendor's.

    `url`, `twiml` or an agent (`ai_agent_id`) says what is heard. Beside `url` or `twiml`, `ai_agent_id` is a
    label that is kept on record.
    """

    ai_agent_id = IdField(
        required=False, allow_null=True, help_text="An agent of the account, which answers the call."
    )
    call_from = CleanCharField(source="from_number", max_length=MAX_NUMBER_LENGTH)
    call_to = CleanCharField(source="to_number", max_length=MAX_NUMBER_LENGTH)
    dynamic_variables = DynamicVariable(
        many=True,
        required=False,
        allow_null=True,
        help_text="For the agent, at most 50; of two of one name the last one counts. They win over its "
        "parameters.",
    )
    workspace = CleanCharField(required=False, min_length=1, max_length=100, default="default")
    is_test = serializers.BooleanField(required=False, default=False)
    record = serializers.BooleanField(required=False, default=False)
    twiml = CleanCharField(required=False, allow_blank=True, max_length=4000, default="")
    url = serializers.URLField(required=False, allow_blank=True, max_length=2000, default="")
    metadata = MetadataField(required=False, default=dict)
    time_limit = TimeLimitField(required=False, default=None)
    machine_detection = serializers.ChoiceField(
        MachineDetection.choices,
        required=False,
        allow_blank=True,
        default="",
        help_text="Have the provider say who answered, at once or after a machine's greeting.",
    )
    on_machine = serializers.ChoiceField(
        OnMachine.choices,
        required=False,
        allow_blank=True,
        default="",
        help_text="With machine_detection: hang_up ends the call with end_code voicemail. Default: continue.",
    )

    def validate_call_from(self, number: str) -> str:
        return normalised_number(number)

    def validate_twiml(self, document: str) -> str:
        if document.strip() and (wrong := complaint(document)):
            raise serializers.ValidationError(wrong)
        return document

    def validate_dynamic_variables(self, variables: list[dict[str, str]] | None) -> dict[str, str]:
        values = {variable["name"]: variable["value"] for variable in variables or []}
        if wrong := variables_complaint(values):
            raise serializers.ValidationError(wrong)
        return values

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["url"] and attrs["twiml"]:
            raise serializers.ValidationError({"twiml": ["Give url or twiml, not both."]})
        if attrs["on_machine"] and not attrs["machine_detection"]:
            raise serializers.ValidationError({"on_machine": ["Give machine_detection as well."]})
        return attrs


def normalised_number(number: str) -> str:
    """In E.164. Raises ValidationError."""
    try:
        return e164(number)[0]
    except InvalidPhoneNumber as error:
        raise serializers.ValidationError(str(error)) from error
