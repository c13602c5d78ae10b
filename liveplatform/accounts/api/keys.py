"""REST resource `/v1/api-keys`."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from liveplatform.accounts.api import serializers as shapes
from liveplatform.accounts.key_maker import expiry_within, lock_maker, require_may_rotate
from liveplatform.accounts.keys import RotationError, clear_cache, make_key, revoke, rotate
from liveplatform.accounts.models import Account, ApiKey
from liveplatform.accounts.scopes import ADMIN
from liveplatform.api.exceptions import Conflict
from liveplatform.api.viewsets import PlatformViewSet


@extend_schema_view(list=extend_schema(summary="The account's API keys, newest first"))
class ApiKeyViewSet(ListModelMixin, PlatformViewSet[ApiKey]):
    """API keys; only `admin:live` may see or change them."""

    queryset = ApiKey.objects.all()
    serializer_class = shapes.KeySerializer
    list_serializer_class = shapes.KeysSerializer
    lookup_url_kwarg = "key_id"
    tags = ["API keys"]
    scopes = dict.fromkeys(("list", "create", "destroy", "rotate"), ADMIN)
    atomic_actions = frozenset({"create", "destroy", "rotate"})
    query_names = {"destroy": None}

    @extend_schema(
        summary="Create an API key; its text is shown only once",
        description=(
            "The new key can have only scopes that the requesting key has. It expires with it at the latest, "
            "and is revoked with it."
        ),
        request=shapes.KeyRequest,
        responses={201: shapes.IssuedKeySerializer},
    )
    def create(self, request: Request) -> Response:
        values = self.read(shapes.KeyRequest)
        self._check_scopes(values["scopes"])
        if values["expires_at"] and values["expires_at"] <= timezone.now():
            raise ValidationError({"expires_at": ["This is in the past."]})
        maker = lock_maker(self.principal)
        values["expires_at"] = expiry_within(maker, values["expires_at"])
        account = Account.objects.get(pk=self.principal.account_id)
        return _created(*make_key(account, **values, parent=maker, created_by=self.principal.label))

    @extend_schema(
        summary="Revoke an API key and the keys that it made; they stop working within seconds",
        description=(
            "A key that was stolen leaves none behind. With `keep_made_keys=true` the keys that it made, and "
            "theirs, stay valid."
        ),
        parameters=[shapes.RevokeQuery],
    )
    def destroy(self, request: Request, key_id: UUID) -> Response:
        options = self.read_query(shapes.RevokeQuery)
        revoke(self.get_object(), **options)
        transaction.on_commit(clear_cache)
        return Response(status=204)

    @extend_schema(
        summary="Rotate a key, once; the old key is valid until the overlap ends",
        request=shapes.RotateRequest,
        responses={201: shapes.IssuedKeySerializer},
    )
    @action(detail=True, methods=["post"])
    def rotate(self, request: Request, key_id: UUID) -> Response:
        hours = self.read(shapes.RotateRequest)["overlap_hours"]
        old = self.get_object()
        self._check_scopes(old.scopes)
        maker = lock_maker(self.principal)
        require_may_rotate(maker, old)
        try:
            key, text = rotate(old, timedelta(hours=hours), by=maker, created_by=self.principal.label)
        except RotationError as error:
            raise Conflict(str(error), "key_not_rotatable") from error
        transaction.on_commit(clear_cache)
        return _created(key, text)

    def _check_scopes(self, scopes: list[str]) -> None:
        """Raises PermissionDenied if the principal itself lacks one of them."""
        more = sorted(set(scopes) - set(self.principal.scopes))
        if more:
            raise PermissionDenied(f"The asking key itself lacks {', '.join(more)}.", "scope_exceeds_own")


def _created(key: ApiKey, text: str) -> Response:
    """201 with the key and its text, which is not stored."""
    key.refresh_from_db()
    return Response(shapes.IssuedKeySerializer.write_fields(key, api_key=text), status=201)
