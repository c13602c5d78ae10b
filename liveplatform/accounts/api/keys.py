"""API keys over REST. Nothing is decided here."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from liveplatform.accounts.api import serializers as shapes
from liveplatform.accounts.api.base import AdminView
from liveplatform.accounts.keys import CannotRotate, forget, make_key, revoke, rotate
from liveplatform.accounts.models import Account, ApiKey
from liveplatform.api.exceptions import Conflict, problems
from liveplatform.api.principal import Principal

TAGS = ["API keys"]


class ApiKeysView(AdminView):
    """`/v1/api-keys`"""

    @extend_schema(
        operation_id="api_keys_list",
        tags=TAGS,
        summary="The account's API keys",
        responses={200: shapes.KeysSerializer, **problems("house")},
    )
    def get(self, request: Request) -> Response:
        keys = ApiKey.objects.filter(account_id=self.principal.account_id).order_by("-created_at")
        return Response({"api_keys": [_key(key) for key in keys[:1000]]})

    @extend_schema(
        operation_id="api_keys_create",
        tags=TAGS,
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
        tags=TAGS,
        summary="Revoke an API key; it stops working within seconds",
        responses={204: None, **problems("house", 404)},
    )
    def delete(self, request: Request, key_id: UUID) -> Response:
        revoke(_own_key(self.principal, key_id))
        transaction.on_commit(forget)
        return Response(status=204)


class ApiKeyRotateView(AdminView):
    """`/v1/api-keys/{id}/rotate`"""

    @extend_schema(
        operation_id="api_keys_rotate",
        tags=TAGS,
        summary="Make a successor of a key, once; both live until the overlap is over",
        request=shapes.RotateRequest,
        responses={201: shapes.NewKeySerializer, **problems("house", 400, 404, 409)},
    )
    def post(self, request: Request, key_id: UUID) -> Response:
        body = shapes.RotateRequest(data=request.data)
        body.is_valid(raise_exception=True)
        old = _own_key(self.principal, key_id)
        _no_more_than_own(self.principal, old.scopes)
        try:
            key, text = rotate(old, timedelta(hours=body.validated_data["overlap_hours"]))
        except CannotRotate as error:
            raise Conflict(str(error)) from error
        transaction.on_commit(forget)
        return Response(_key(_fresh(key)) | {"api_key": text}, status=201)


def _no_more_than_own(principal: Principal, scopes: list[str]) -> None:
    more = sorted(set(scopes) - set(principal.scopes))
    if more:
        raise PermissionDenied(f"The asking key itself lacks {', '.join(more)}.")


def _own_key(principal: Principal, key_id: UUID) -> ApiKey:
    key = ApiKey.objects.filter(pk=key_id, account_id=principal.account_id).first()
    if key is None:
        raise NotFound("There is no such API key in this account.")
    return key


def _fresh(key: ApiKey) -> ApiKey:
    key.refresh_from_db()
    return key


def _key(key: ApiKey) -> dict[str, Any]:
    names = ("id", "public_id", "name", "scopes", "created_at")
    times = ("expires_at", "rotated_at", "revoked_at", "last_used_at")
    return {name: getattr(key, name) for name in (*names, *times)}
