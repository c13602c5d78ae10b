"""API keys and connections over REST. Nothing is decided here."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from liveplatform.accounts import serializers as shapes
from liveplatform.accounts.connecting import BadConnection, change, connect
from liveplatform.accounts.keys import forget, make_key, revoke, rotate
from liveplatform.accounts.models import Account, ApiKey, Connection
from liveplatform.accounts.principal import Principal
from liveplatform.api.errors import problems
from liveplatform.api.views import PlatformView

KEYS, CONNECTIONS = ["API keys"], ["Connections"]


class AdminView(PlatformView):
    """What only admin:live may do."""

    scopes = dict.fromkeys(("GET", "POST", "PATCH", "DELETE"), "admin:live")
    atomic = True


class ApiKeysView(AdminView):
    """`/v1/api-keys`"""

    @extend_schema(
        operation_id="api_keys_list",
        tags=KEYS,
        summary="The account's API keys",
        responses={200: shapes.KeysSerializer, **problems("house")},
    )
    def get(self, request: Request) -> Response:
        keys = ApiKey.objects.filter(account_id=self.principal.account_id).order_by("-created_at")
        return Response({"api_keys": [_key(key) for key in keys[:1000]]})

    @extend_schema(
        operation_id="api_keys_create",
        tags=KEYS,
        summary="Make an API key; its text is shown this once",
        description="A key can have no scope that the asking key lacks.",
        request=shapes.KeyRequest,
        responses={201: shapes.NewKeySerializer, **problems("house", 400)},
    )
    def post(self, request: Request) -> Response:
        body = shapes.KeyRequest(data=request.data)
        body.is_valid(raise_exception=True)
        wish = dict(body.validated_data)
        wish["scopes"] = wish.get("scopes") or sorted(self.principal.scopes)
        _no_more_than_own(self.principal, wish["scopes"])
        if wish["expires_at"] and wish["expires_at"] <= timezone.now():
            raise ValidationError({"expires_at": ["This is in the past."]})
        key, text = make_key(Account.objects.get(pk=self.principal.account_id), **wish)
        return Response(_key(_fresh(key)) | {"api_key": text}, status=201)


class ApiKeyView(AdminView):
    """`/v1/api-keys/{id}`"""

    @extend_schema(
        operation_id="api_keys_revoke",
        tags=KEYS,
        summary="Revoke an API key; it stops working within seconds",
        responses={204: None, **problems("house", 404)},
    )
    def delete(self, request: Request, key_id: UUID) -> Response:
        revoke(_own_key(self.principal, key_id))
        forget()
        return Response(status=204)


class ApiKeyRotateView(AdminView):
    """`/v1/api-keys/{id}/rotate`"""

    @extend_schema(
        operation_id="api_keys_rotate",
        tags=KEYS,
        summary="Make a successor of a key; both live until the overlap is over",
        request=shapes.RotateRequest,
        responses={201: shapes.NewKeySerializer, **problems("house", 400, 404)},
    )
    def post(self, request: Request, key_id: UUID) -> Response:
        body = shapes.RotateRequest(data=request.data)
        body.is_valid(raise_exception=True)
        old = _own_key(self.principal, key_id)
        if old.revoked_at:
            raise ValidationError({"id": ["The key is revoked; make a new one."]})
        _no_more_than_own(self.principal, old.scopes)
        key, text = rotate(old, timedelta(hours=body.validated_data["overlap_hours"]))
        return Response(_key(_fresh(key)) | {"api_key": text}, status=201)


class ConnectionsView(AdminView):
    """`/v1/connections`"""

    @extend_schema(
        operation_id="connections_list",
        tags=CONNECTIONS,
        summary="The account's connections to providers",
        responses={200: shapes.ConnectionsSerializer, **problems("house")},
    )
    def get(self, request: Request) -> Response:
        found = Connection.objects.filter(account_id=self.principal.account_id).order_by("id")
        return Response({"connections": [_connection(c) for c in found[:1000]]})

    @extend_schema(
        operation_id="connections_create",
        tags=CONNECTIONS,
        summary="Connect the account to a provider",
        description="Replaces the account's default connection to that provider. Secrets are never shown.",
        request=shapes.ConnectionRequest,
        responses={201: shapes.ConnectionSerializer, **problems("house", 400)},
    )
    def post(self, request: Request) -> Response:
        body = shapes.ConnectionRequest(data=request.data)
        body.is_valid(raise_exception=True)
        wish = dict(body.validated_data)
        account = Account.objects.get(pk=self.principal.account_id)
        try:
            connection = connect(account, wish.pop("provider"), wish.pop("credentials"), **wish)
        except BadConnection as error:
            raise ValidationError({"credentials": {error.field: [str(error)]}}) from error
        connection.refresh_from_db()
        return Response(_connection(connection), status=201)


class ConnectionView(AdminView):
    """`/v1/connections/{id}`"""

    @extend_schema(
        operation_id="connections_get",
        tags=CONNECTIONS,
        summary="One connection",
        responses={200: shapes.ConnectionSerializer, **problems("house", 404)},
    )
    def get(self, request: Request, connection_id: UUID) -> Response:
        return Response(_connection(_own_connection(self.principal, connection_id)))

    @extend_schema(
        operation_id="connections_update",
        tags=CONNECTIONS,
        summary="Change a connection; credentials not named stay as they are",
        request=shapes.ConnectionPatch,
        responses={200: shapes.ConnectionSerializer, **problems("house", 400, 404)},
    )
    def patch(self, request: Request, connection_id: UUID) -> Response:
        connection = _own_connection(self.principal, connection_id)
        body = shapes.ConnectionPatch(data=request.data)
        body.is_valid(raise_exception=True)
        wish = dict(body.validated_data)
        try:
            change(connection, wish.pop("credentials", {}))
        except BadConnection as error:
            raise ValidationError({"credentials": {error.field: [str(error)]}}) from error
        for name, value in wish.items():
            setattr(connection, name, value)
        connection.save()
        return Response(_connection(connection))

    @extend_schema(
        operation_id="connections_delete",
        tags=CONNECTIONS,
        summary="Remove a connection; calls over it stay on record",
        responses={204: None, **problems("house", 404)},
    )
    def delete(self, request: Request, connection_id: UUID) -> Response:
        _own_connection(self.principal, connection_id).delete()
        return Response(status=204)


def _no_more_than_own(principal: Principal, scopes: list[str]) -> None:
    more = sorted(set(scopes) - set(principal.scopes))
    if more:
        raise PermissionDenied(f"The asking key itself lacks {', '.join(more)}.")


def _own_key(principal: Principal, key_id: UUID) -> ApiKey:
    key = ApiKey.objects.filter(pk=key_id, account_id=principal.account_id).first()
    if key is None:
        raise NotFound("There is no such API key in this account.")
    return key


def _own_connection(principal: Principal, connection_id: UUID) -> Connection:
    found = Connection.objects.filter(pk=connection_id, account_id=principal.account_id).first()
    if found is None:
        raise NotFound("There is no such connection in this account.")
    return found


def _fresh(key: ApiKey) -> ApiKey:
    key.refresh_from_db()
    return key


def _key(key: ApiKey) -> dict[str, Any]:
    names = ("id", "public_id", "name", "scopes", "created_at", "expires_at", "revoked_at", "last_used_at")
    return {name: getattr(key, name) for name in names}


def _connection(connection: Connection) -> dict[str, Any]:
    names = ("id", "provider", "name", "base_url", "options", "is_default", "created_at", "updated_at")
    return {name: getattr(connection, name) for name in names}
