"""The account's phone numbers, over the platform's own API."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from calls.api.base import CallsView
from calls.api.platform import serializers as shapes
from calls.models import PhoneNumber
from calls.phone_numbers import InvalidPhoneNumber, PhoneNumberExists, add_number
from liveplatform.accounts.models import Connection
from liveplatform.api.exceptions import Conflict, error_responses

TAGS = ["Phone numbers"]


class PhoneNumbersView(CallsView):
    """`/v1/phone-numbers`"""

    scopes = {"GET": "read:live", "POST": "admin:live"}

    @extend_schema(
        operation_id="phone_numbers_list",
        tags=TAGS,
        summary="The account's phone numbers",
        responses={200: shapes.PhoneNumbersSerializer, **error_responses("platform")},
    )
    def get(self, request: Request) -> Response:
        numbers = PhoneNumber.objects.filter(account_id=self.principal.account_id).order_by("id")
        return Response({"phone_numbers": [describe_number(n) for n in numbers[:1000]]})

    @extend_schema(
        operation_id="phone_numbers_create",
        tags=TAGS,
        summary="Add a phone number and the connection its calls run over",
        request=shapes.PhoneNumberRequest,
        responses={201: shapes.PhoneNumberSerializer, **error_responses("platform", 400, 409)},
    )
    def post(self, request: Request) -> Response:
        body = shapes.PhoneNumberRequest(data=request.data)
        body.is_valid(raise_exception=True)
        sent = body.validated_data
        connection = Connection.objects.filter(
            pk=sent["connection_id"], account_id=self.principal.account_id
        ).first()
        if connection is None:
            raise ValidationError({"connection_id": ["There is no such connection in this account."]})
        try:
            number = add_number(connection, sent["phone_number"], sent["nickname"])
        except InvalidPhoneNumber as error:
            raise ValidationError({"phone_number": [str(error)]}) from error
        except PhoneNumberExists as error:
            raise Conflict(str(error)) from error
        return Response(describe_number(number), status=201)


class PhoneNumberView(CallsView):
    """`/v1/phone-numbers/{id}`"""

    scopes = {"DELETE": "admin:live"}

    @extend_schema(
        operation_id="phone_numbers_delete",
        tags=TAGS,
        summary="Remove a phone number; its calls stay",
        responses={204: None, **error_responses("platform", 404)},
    )
    def delete(self, request: Request, number_id: UUID) -> Response:
        gone, _ = PhoneNumber.objects.filter(pk=number_id, account_id=self.principal.account_id).delete()
        if not gone:
            raise NotFound("There is no such phone number in this account.")
        return Response(status=204)


def describe_number(number: PhoneNumber) -> dict[str, Any]:
    """A number as JSON."""
    return {
        "id": number.pk,
        "phone_number": number.number,
        "number_country_code": number.country_code or None,
        "nickname": number.nickname,
        "connection_id": number.connection_id,
        "created_at": number.created_at,
        "updated_at": number.updated_at,
    }
