"""REST resource `/v1/connections`: the account's connections to providers."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db.models import ProtectedError
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from liveplatform.accounts.api import serializers as shapes
from liveplatform.accounts.connection_check import check_connection
from liveplatform.accounts.connections import (
    InvalidConnection,
    TooManyConnections,
    apply_credentials,
    change_base_url,
    make_default,
    upsert_connection,
)
from liveplatform.accounts.models import Account, Connection
from liveplatform.accounts.scopes import ADMIN
from liveplatform.api.exceptions import Conflict
from liveplatform.api.viewsets import DestroyMixin

IN_USE_MESSAGE = (
    "Calls run over this connection, or are being hung up over it: end them first, and wait for their steps."
)


@extend_schema_view(
    list=extend_schema(summary="The account's provider connections, newest first"),
    retrieve=extend_schema(summary="One connection"),
)
class ConnectionViewSet(ListModelMixin, RetrieveModelMixin, DestroyMixin[Connection]):
    """Connections; only `admin:live` may see or change them."""

    queryset = Connection.objects.all()
    serializer_class = shapes.ConnectionSerializer
    list_serializer_class = shapes.ConnectionsSerializer
    lookup_url_kwarg = "connection_id"
    tags = ["Connections"]
    bodyless_actions = frozenset({"destroy", "check"})
    scopes = dict.fromkeys(("list", "retrieve", "create", "partial_update", "destroy", "check"), ADMIN)
    # Not `create` and `check`, which wait for the provider; connecting the same account again is harmless.
    atomic_actions = frozenset({"partial_update", "destroy"})

    @extend_schema(
        summary="Connect the account to a provider",
        description=(
            "It becomes the default. For the same provider account the existing connection is updated and "
            "keeps its id; for another one, the former connection and its calls are kept. "
            "Secrets are never shown. The credentials are tried at the provider: `check_outcome` says if "
            "it accepted them. A refusal, or a provider that is down, does not refuse the connection. "
            "409 if the account has its maximum of connections (50, unless the operator set another)."
        ),
        request=shapes.ConnectionRequest,
    )
    def create(self, request: Request) -> Response:
        values = self.read(shapes.ConnectionRequest)
        account = Account.objects.get(pk=self.principal.account_id)
        with _as_validation_error():
            connection = upsert_connection(
                account, values.pop("provider"), values.pop("credentials"), **values
            )
        check_connection(connection)
        connection.refresh_from_db()
        return Response(shapes.ConnectionSerializer.write(connection), status=201)

    @extend_schema(
        summary="Change a connection; credentials that are not sent are kept",
        description="Another `base_url` requires all secrets again.",
        request=shapes.ConnectionPatch,
    )
    def partial_update(self, request: Request, connection_id: UUID) -> Response:
        changes = self.read(shapes.ConnectionPatch)
        connection = self.lock_object()
        credentials = changes.get("credentials", {})
        with _as_validation_error():
            change_base_url(connection, changes.get("base_url", connection.base_url), credentials)
            apply_credentials(connection, credentials)
        if changes.get("is_default"):
            make_default(connection)
        connection.name = changes.get("name", connection.name)
        connection.save()
        return Response(shapes.ConnectionSerializer.write(connection))

    @extend_schema(
        summary="Try a connection's credentials at the provider",
        description=(
            "Changes nothing at the provider. `refused`: the provider does not accept the credentials. "
            "`unknown`: it could not be asked, try again later."
        ),
        request=None,
        responses={200: shapes.ConnectionCheckSerializer},
    )
    @action(detail=True, methods=["post"])
    def check(self, request: Request, connection_id: UUID) -> Response:
        result = check_connection(self.get_object())
        return Response(shapes.ConnectionCheckSerializer.write(result))

    @extend_schema(
        summary="Remove a connection; its calls are kept",
        description="409 while it has live calls, or ended calls with unsettled steps.",
    )
    def destroy(self, request: Request, connection_id: UUID) -> Response:
        try:
            return super().destroy(request)
        except ProtectedError as error:
            raise Conflict(IN_USE_MESSAGE, "connection_in_use") from error


@contextmanager
def _as_validation_error() -> Iterator[None]:
    try:
        yield
    except TooManyConnections as error:
        raise Conflict(str(error), "too_many_connections") from error
    except InvalidConnection as error:
        wrong: dict[str, Any] = {error.field: [str(error)]}
        raise ValidationError(wrong if error.field == "base_url" else {"credentials": wrong}) from error
