"""The account's phone numbers, as the telephony API shows them."""

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from calls.api.telephony import serializers as shapes
from calls.api.telephony.representation import Answer
from calls.api.telephony.surface import TELEPHONY
from calls.models import PhoneNumber
from liveplatform.accounts.scopes import READ
from liveplatform.api.pagination import UnpagedList
from liveplatform.api.viewsets import PlatformViewSet


class TelephonyPhoneNumberViewSet(PlatformViewSet[PhoneNumber]):
    """`/phone_number`, and the same under `/v1`"""

    queryset = PhoneNumber.objects.order_by("id")
    list_serializer_class = shapes.TelephonyNumbersAnswer
    pagination_class = UnpagedList
    surface = TELEPHONY
    tags = ["Telephony calls"]
    scopes = {"list": READ}

    @extend_schema(
        summary="The account's phone numbers (vendor's API)",
        description="Needs an API key, as in the vendor's API.",
    )
    def list(self, request: Request) -> Response:
        if self.principal.kind != "key":
            raise PermissionDenied("This endpoint takes an API key, not a JWT.")
        numbers = self.get_queryset()[: UnpagedList.LIMIT]
        answer = Answer("Phone numbers retrieved successfully", numbers)
        return Response(shapes.TelephonyNumbersAnswer.write(answer))
