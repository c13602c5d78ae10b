"""Requests and answers of the registrations API."""

from rest_framework import serializers

from liveplatform.api.serializers import (
    CleanCharField,
    EnvelopeSerializer,
    IdField,
    JSONObjectField,
    PageQuery,
    PlainSerializer,
    StrictSerializer,
)
from sessions_app.api.fields import MailAddressField, TimezoneField, WordField
from sessions_app.models import Registration
from sessions_app.models.details import MAX_ID_LENGTH
from sessions_app.models.person import MAX_NAME_LENGTH, Role
from sessions_app.registrations.approval import MAX_AT_ONCE
from sessions_app.representation import RegistrationEventSerializer, RegistrationSerializer

VENDOR_ROLES = (Role.HOST.value, Role.PARTICIPANT.value, Role.GUEST.value)


class RegistrationRequest(StrictSerializer):
    """What the caller says about themselves."""

    name = CleanCharField(required=False, max_length=MAX_NAME_LENGTH)
    email = MailAddressField(
        required=False, help_text="Where mail is sent; default: the verified address of the user's JWT."
    )
    timezone = TimezoneField(required=False, help_text="IANA name; default: the session's.")
    answers = JSONObjectField(required=False, help_text="To the session's `custom_questions`, by their ids.")


class RegisterRequest(RegistrationRequest):
    """A patient, a guest by e-mail, or, without either, the caller."""

    patient_id = CleanCharField(required=False, min_length=1, max_length=MAX_ID_LENGTH)
    guest_email = MailAddressField(
        required=False, help_text="Of a guest; with `patient_id`, where the patient gets mail."
    )
    role = WordField(
        choices=VENDOR_ROLES,
        required=False,
        help_text="Default: guest for a guest, else participant. Only hosts may register a `host`.",
    )


class DecisionRequest(StrictSerializer):
    """Which registrations are approved or denied."""

    registration_ids = serializers.ListField(child=IdField(), min_length=1, max_length=MAX_AT_ONCE)


class RegistrationQuery(PageQuery):
    """The query string of the list."""

    status = WordField(
        choices=Registration.Status.choices, required=False, help_text="Only registrations in this status."
    )


class RegisterSerializer(PlainSerializer):
    """A registration of a patient or guest, as its vendor has it, and its `state`."""

    id = serializers.UUIDField()
    session_id = serializers.UUIDField()
    patient_id = serializers.CharField(allow_null=True)
    guest_email = serializers.CharField(allow_null=True, help_text="Null of users and patients.")
    role = serializers.ChoiceField(choices=VENDOR_ROLES)
    registered_at = serializers.DateTimeField()
    user_id = serializers.CharField(allow_null=True)
    state = serializers.ChoiceField(choices=Registration.Status.choices, source="status")

    @staticmethod
    def get_guest_email(registration: Registration) -> str | None:
        return registration.email if registration.is_guest else None

    @staticmethod
    def get_role(registration: Registration) -> str:
        """The vendor has no co-hosts."""
        return Role.HOST.value if registration.role == Role.CO_HOST else registration.role


class PlacedSerializer(RegistrationSerializer):
    """A registration with its place on the waitlist, or the end of its offer."""

    waitlist_position = serializers.IntegerField(allow_null=True, help_text="From 1; null unless waiting.")
    offer_expires_at = serializers.DateTimeField(allow_null=True)


class RosterSerializer(RegistrationEventSerializer):
    """A registration for the session's hosts."""

    timezone = serializers.CharField(allow_null=True)
    waitlist_position = serializers.IntegerField(allow_null=True)


class RosterPageSerializer(EnvelopeSerializer):
    """A page of registrations; `next_cursor` is null on the last."""

    registrations = RosterSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class DecisionSerializer(EnvelopeSerializer):
    """The registrations that were decided about."""

    registrations = PlacedSerializer(many=True)
