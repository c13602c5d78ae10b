"""The account's phone numbers, as the telephony API shows them."""

from datetime import datetime

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from calls.api.telephony.representation import Answer
from calls.api.telephony.surface import TELEPHONY
from calls.models import PhoneNumber
from liveplatform.accounts.scopes import READ
from liveplatform.api.pagination import WholeList
from liveplatform.api.serializers import EnvelopeSerializer, PlainSerializer
from liveplatform.api.viewsets import PlatformViewSet


class TelephonyNumberSerializer(PlainSerializer):
    """A phone number in the vendor's format; its times are UTC without a zone."""

    nickname = serializers.CharField()
    phone_number = serializers.CharField(source="number", help_text="E.164")
    number_country_code = serializers.CharField(source="country_code", allow_null=True)
    created_at = serializers.CharField()
    updated_at = serializers.CharField()

    @staticmethod
    def get_created_at(number: PhoneNumber) -> str:
        return _naive_utc(number.created_at)

    @staticmethod
    def get_updated_at(number: PhoneNumber) -> str:
        return _naive_utc(number.updated_at)


class TelephonyNumbersAnswer(EnvelopeSerializer):
    """The envelope around the company's phone numbers."""

    status = serializers.CharField(help_text="ok")
    message = serializers.CharField()
    data = TelephonyNumberSerializer(many=True)  # type: ignore[assignment]


class TelephonyPhoneNumberViewSet(PlatformViewSet[PhoneNumber]):
    """`/phone_number`, and the same under `/v1`"""

    queryset = PhoneNumber.objects.order_by("id")
    list_serializer_class = TelephonyNumbersAnswer
    pagination_class = WholeList
    surface = TELEPHONY
    tags = ["Telephony calls"]
    scopes = {"list": READ}

    @extend_schema(
        summary="The account's phone numbers (vendor's API)",
        description="Needs an API key, as in the vendor's API.",
    )
    def list(self, request: Request) -> Response:
        if self.principal.kind != "key":
            raise PermissionDenied("This endpoint takes an API key, not a JWT.", "api_key_required")
        numbers = self.get_queryset()
        answer = Answer("Phone numbers retrieved successfully", numbers)
        return Response(TelephonyNumbersAnswer.write(answer))


def _naive_utc(time: datetime) -> str:
    return time.replace(tzinfo=None).isoformat()
