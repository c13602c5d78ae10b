"""REST resource `/v1/account`: the account of the key, and its settings."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from liveplatform.accounts.api import serializers as shapes
from liveplatform.accounts.models import Account
from liveplatform.accounts.scopes import ADMIN, READ
from liveplatform.api.viewsets import PlatformViewSet


class AccountViewSet(PlatformViewSet[Account]):
    """`/v1/account`"""

    queryset = Account.objects.all()
    serializer_class = shapes.AccountSerializer
    account_field = "pk"
    tags = ["Account"]
    scopes = {"retrieve": READ, "partial_update": ADMIN}
    atomic_actions = frozenset({"partial_update"})

    def get_object(self) -> Account:
        return self.get_queryset().get()

    def lock_object(self) -> Account:
        rows: QuerySet[Account] = self.get_queryset().select_for_update(no_key=True)
        return rows.get()

    @extend_schema(summary="The account and its settings")
    def retrieve(self, request: Request) -> Response:
        return Response(shapes.AccountSerializer.write(self.get_object()))

    @extend_schema(
        summary="Change the account's settings",
        description="Fields that are not sent are kept.",
        request=shapes.AccountRequest,
    )
    def partial_update(self, request: Request) -> Response:
        changes = self.read(shapes.AccountRequest)
        account = self.lock_object()
        if "metadata_keys" in changes:
            account.declare_metadata_keys(changes.pop("metadata_keys"))
        for name, value in changes.items():
            setattr(account, name, value)
        account.save(update_fields=[*changes, "metadata_keys", "metadata_pending"])
        return Response(shapes.AccountSerializer.write(account))
