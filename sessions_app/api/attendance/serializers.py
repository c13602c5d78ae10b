"""How the attendance of a session is written."""

from rest_framework import serializers

from liveplatform.api.serializers import EnvelopeSerializer, PageQuery, PlainSerializer
from sessions_app.api.fields import WordField
from sessions_app.models.person import Role


class HostAttendanceSerializer(PlainSerializer):
    """When somebody was in the room."""

    identity = serializers.CharField(help_text="In the room: the user id, the patient id, or `guest-…`.")
    role = serializers.ChoiceField(choices=Role.choices)
    attended = serializers.BooleanField(help_text="Of a live session: so far.")
    minutes = serializers.FloatField(help_text="In the room, to a tenth.")
    first_joined_at = serializers.DateTimeField(allow_null=True)
    last_left_at = serializers.DateTimeField(allow_null=True)


class AttendanceSerializer(HostAttendanceSerializer):
    """A registered person, and when they were in the room."""

    registration_id = serializers.UUIDField(source="registration.id")
    user_id = serializers.CharField(source="registration.user_id", allow_null=True)
    patient_id = serializers.CharField(source="registration.patient_id", allow_null=True)
    email = serializers.CharField(source="registration.email", allow_null=True)
    name = serializers.CharField(source="registration.name", allow_null=True)


class AttendancePageSerializer(EnvelopeSerializer):
    """A page of those who held a seat, in the order of their registration; and counts of all."""

    attendance = AttendanceSerializer(many=True)
    hosts = HostAttendanceSerializer(many=True)
    registered = serializers.IntegerField(help_text="Who held a seat.")
    attended = serializers.IntegerField()
    absent = serializers.IntegerField()
    is_settled = serializers.BooleanField(help_text="The session is over, and this is on record.")
    next_cursor = serializers.CharField(allow_null=True)


class AttendanceQuery(PageQuery):
    """Which page, or all as CSV."""

    format = WordField(["json", "csv"], required=False, help_text="csv: all, without pages.")
