"""REST resource `/v1/connections`: the account's connections to providers."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import ProtectedError
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from liveplatform.accounts.api import serializers as shapes
from liveplatform.accounts.connection_check import (
    ConnectionCheck,
    check_connection,
    keep_check,
    try_credentials,
)
from liveplatform.accounts.connections import (
    CredentialsRefused,
    InvalidConnection,
    TooManyConnections,
    change_connection,
    make_default,
    try_new_credentials,
    upsert_connection,
)
from liveplatform.accounts.models import Account, Connection
from liveplatform.accounts.scopes import ADMIN
from liveplatform.api.exceptions import Conflict
from liveplatform.api.viewsets import DestroyMixin

IN_USE_MESSAGE = (
    "Calls run over this connection, or are being hung up over it: end them first, and wait for their steps."
)


class RefusedCredentials(APIException):
    """422: the provider refuses the new credentials of an existing connection, which keeps its own."""

    status_code = 422
    default_code = "credentials_refused"


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
    # The others wait for the provider; doing them again is harmless.
    atomic_actions = frozenset({"destroy"})

    @extend_schema(
        summary="Connect the account to a provider",
        description=(
            "It becomes the default. For the same provider account the existing connection is updated and "
            "keeps its id; for another one, the former connection and its calls are kept. "
            "Secrets are never shown. The credentials are tried at the provider: `check_outcome` says if "
            "it accepted them. If it refuses those of a new connection, that is stored but does not replace "
            "a default; an existing one keeps its former credentials, and the answer is 422. "
            "A provider that is down refuses nothing. "
            "409 if the account has its maximum of connections (50, unless the operator set another)."
        ),
        request=shapes.ConnectionRequest,
    )
    def create(self, request: Request) -> Response:
        values = self.read(shapes.ConnectionRequest)
        account = Account.objects.get(pk=self.principal.account_id)
        provider, credentials = values.pop("provider"), values.pop("credentials")
        with _as_api_errors():
            check = try_new_credentials(account, provider, credentials, base_url=values["base_url"])
            connection = upsert_connection(account, provider, credentials, check=check, **values)
        return Response(shapes.ConnectionSerializer.write(connection), status=201)

    @extend_schema(
        summary="Change a connection; credentials that are not sent are kept",
        description=(
            "Another `base_url` requires all secrets again. New credentials are tried at the provider: if it "
            "refuses them, nothing is changed and the answer is 422."
        ),
        request=shapes.ConnectionPatch,
    )
    def partial_update(self, request: Request, connection_id: UUID) -> Response:
        changes = self.read(shapes.ConnectionPatch)
        with _as_api_errors():
            check = self._try(changes)
            with transaction.atomic():
                connection = self.lock_object()
                _apply(connection, changes)
                if check:
                    keep_check(connection, check)
                if changes.get("is_default"):
                    make_default(connection)
                connection.name = changes.get("name", connection.name)
                connection.save()
        return Response(shapes.ConnectionSerializer.write(connection))

    def _try(self, changes: dict[str, Any]) -> ConnectionCheck | None:
        """What the provider says of changed credentials; None if none are. Raises CredentialsRefused."""
        if not {"credentials", "base_url"} & changes.keys():
            return None
        connection = self.get_object()
        is_risky = _apply(connection, changes)
        check = try_credentials(connection)
        if is_risky and check.is_refused:
            raise CredentialsRefused(check)
        return check

    @extend_schema(
        summary="Try a connection's credentials at the provider",
        description=(
            "Changes nothing at the provider. `refused`: the provider does not accept the credentials. "
            "`unknown`: it could not be asked; the message says why."
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


def _apply(connection: Connection, changes: dict[str, Any]) -> bool:
    base_url, credentials = changes.get("base_url"), changes.get("credentials", {})
    return change_connection(connection, base_url=base_url, credentials=credentials)


@contextmanager
def _as_api_errors() -> Iterator[None]:
    try:
        yield
    except TooManyConnections as error:
        raise Conflict(str(error), "too_many_connections") from error
    except CredentialsRefused as error:
        raise RefusedCredentials(str(error)) from error
    except InvalidConnection as error:
        wrong: dict[str, Any] = {error.field: [str(error)]}
        raise ValidationError(wrong if error.field == "base_url" else {"credentials": wrong}) from error
