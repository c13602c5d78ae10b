"""Connections over REST. Nothing is decided here."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db.models import ProtectedError
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from liveplatform.accounts.api import serializers as shapes
from liveplatform.accounts.api.base import AdminView
from liveplatform.accounts.connections import BadConnection, change, connect, make_default, move
from liveplatform.accounts.models import Account, Connection
from liveplatform.api.exceptions import Conflict, problems

TAGS = ["Connections"]
STILL_NEEDED = (
    "Calls run over this connection, or are being hung up over it: end them first, and wait for their steps."
)


class ConnectionsView(AdminView):
    """`/v1/connections`"""

    @extend_schema(
        operation_id="connections_list",
        tags=TAGS,
        summary="The account's connections to providers",
        responses={200: shapes.ConnectionsSerializer, **problems("house")},
    )
    def get(self, request: Request) -> Response:
        found = Connection.objects.filter(account_id=self.principal.account_id).order_by("id")
        return Response({"connections": [_connection(c) for c in found[:1000]]})

    @extend_schema(
        operation_id="connections_create",
        tags=TAGS,
        summary="Connect the account to a provider",
        description=(
            "It is the default from now on. With the same account there the connection to it is renewed, "
            "under its id; with another one there the former connection stays, and calls over it go on. "
            "Secrets are never shown."
        ),
        request=shapes.ConnectionRequest,
        responses={201: shapes.ConnectionSerializer, **problems("house", 400)},
    )
    def post(self, request: Request) -> Response:
        body = shapes.ConnectionRequest(data=request.data)
        body.is_valid(raise_exception=True)
        wish = dict(body.validated_data)
        account = Account.objects.get(pk=self.principal.account_id)
        with _complaints():
            connection = connect(account, wish.pop("provider"), wish.pop("credentials"), **wish)
        connection.refresh_from_db()
        return Response(_connection(connection), status=201)


class ConnectionView(AdminView):
    """`/v1/connections/{id}`"""

    @extend_schema(
        operation_id="connections_get",
        tags=TAGS,
        summary="One connection",
        responses={200: shapes.ConnectionSerializer, **problems("house", 404)},
    )
    def get(self, request: Request, connection_id: UUID) -> Response:
        return Response(_connection(self._own(connection_id)))

    @extend_schema(
        operation_id="connections_update",
        tags=TAGS,
        summary="Change a connection; credentials not named stay as they are",
        description="With another `base_url` the secrets must be given again.",
        request=shapes.ConnectionPatch,
        responses={200: shapes.ConnectionSerializer, **problems("house", 400, 404)},
    )
    def patch(self, request: Request, connection_id: UUID) -> Response:
        connection = self._own(connection_id, lock=True)
        body = shapes.ConnectionPatch(data=request.data)
        body.is_valid(raise_exception=True)
        wish = body.validated_data
        given = wish.get("credentials", {})
        with _complaints():
            move(connection, wish.get("base_url", connection.base_url), given)
            change(connection, given)
        if wish.get("is_default"):
            make_default(connection)
        connection.name = wish.get("name", connection.name)
        connection.save()
        return Response(_connection(connection))

    @extend_schema(
        operation_id="connections_delete",
        tags=TAGS,
        summary="Remove a connection; calls over it stay on record",
        description="409 while calls run over it, or what follows their ends is not done.",
        responses={204: None, **problems("house", 404, 409)},
    )
    def delete(self, request: Request, connection_id: UUID) -> Response:
        try:
            self._own(connection_id, lock=True).delete()
        except ProtectedError as error:
            raise Conflict(STILL_NEEDED) from error
        return Response(status=204)

    def _own(self, connection_id: UUID, *, lock: bool = False) -> Connection:
        found = Connection.objects.filter(pk=connection_id, account_id=self.principal.account_id)
        connection = (found.select_for_update() if lock else found).first()
        if connection is None:
            raise NotFound("There is no such connection in this account.")
        return connection


@contextmanager
def _complaints() -> Iterator[None]:
    try:
        yield
    except BadConnection as error:
        wrong: dict[str, Any] = {error.field: [str(error)]}
        raise ValidationError(wrong if error.field == "base_url" else {"credentials": wrong}) from error


def _connection(connection: Connection) -> dict[str, Any]:
    names = ("id", "provider", "name", "base_url", "options", "events_url", "is_default")
    return {name: getattr(connection, name) for name in (*names, "created_at", "updated_at")}
