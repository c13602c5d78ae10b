"""Phone numbers over the platform's own API."""

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.exceptions import ValidationError
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from calls.api.platform import serializers as shapes
from calls.models import PhoneNumber
from calls.phone_numbers import InvalidPhoneNumber, PhoneNumberExists, add_number
from liveplatform.accounts.models import Connection
from liveplatform.accounts.scopes import ADMIN, READ
from liveplatform.api.exceptions import Conflict
from liveplatform.api.viewsets import DestroyMixin


@extend_schema_view(
    list=extend_schema(summary="The account's phone numbers, newest first"),
    destroy=extend_schema(summary="Remove a phone number; its calls are kept"),
)
class PhoneNumberViewSet(ListModelMixin, DestroyMixin[PhoneNumber]):
    """`/v1/phone-numbers`"""

    queryset = PhoneNumber.objects.all()
    serializer_class = shapes.PhoneNumberSerializer
    list_serializer_class = shapes.PhoneNumbersSerializer
    lookup_url_kwarg = "number_id"
    tags = ["Phone numbers"]
    scopes = {"list": READ, "create": ADMIN, "destroy": ADMIN}
    atomic_actions = frozenset({"destroy"})

    @extend_schema(
        summary="Add a phone number and the connection that its calls use",
        request=shapes.PhoneNumberRequest,
    )
    def create(self, request: Request) -> Response:
        data = self.read(shapes.PhoneNumberRequest)
        connection = self.account_rows(Connection).filter(pk=data["connection_id"]).first()
        if connection is None:
            raise ValidationError({"connection_id": ["There is no such connection in this account."]})
        try:
            number = add_number(connection, data["phone_number"], data["nickname"])
        except InvalidPhoneNumber as error:
            raise ValidationError({"phone_number": [str(error)]}) from error
        except PhoneNumberExists as error:
            raise Conflict(str(error), "phone_number_exists") from error
        return Response(shapes.PhoneNumberSerializer.write(number), status=201)
