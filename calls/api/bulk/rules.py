"""Auto-end rules over REST."""

from uuid import UUID

from django.db import IntegrityError, transaction
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from calls.api.base import CallErrors
from calls.api.bulk import serializers as shapes
from calls.bulk.auto_end_rules import matching_calls
from calls.bulk.operations import set_enabled
from calls.models import AutoEndRule
from liveplatform.accounts.scopes import ADMIN, READ
from liveplatform.api.exceptions import Conflict
from liveplatform.api.pagination import UnpagedList
from liveplatform.api.viewsets import DestroyMixin
from liveplatform.work.doorbell import ring

MAX_RULES = 50


@extend_schema_view(
    list=extend_schema(summary="The account's rules"),
    destroy=extend_schema(summary="Delete a rule; calls that it ended stay ended"),
)
class AutoEndRuleViewSet(ListModelMixin, CallErrors, DestroyMixin[AutoEndRule]):
    """`/v1/calls/rules`"""

    queryset = AutoEndRule.objects.order_by("name")
    serializer_class = shapes.RuleSerializer
    list_serializer_class = shapes.RulesSerializer
    pagination_class = UnpagedList
    lookup_url_kwarg = "rule_id"
    not_found = "There is no such rule in this account."
    tags = ["Ending many calls"]
    scopes = {"list": READ, "dry_run": READ} | dict.fromkeys(("create", "partial_update", "destroy"), ADMIN)
    atomic_actions = frozenset({"create", "partial_update", "destroy", "dry_run"})

    @extend_schema(
        summary="Add a rule that ends matching live calls after a time",
        description=f"At most {MAX_RULES} per account. Create it disabled and use its dry run to test it.",
        request=shapes.RuleRequest,
    )
    def create(self, request: Request) -> Response:
        fields = self.read(shapes.RuleRequest)
        enabled = fields.pop("is_enabled", True)
        if self.get_queryset().count() >= MAX_RULES:
            raise Conflict(f"The account has {MAX_RULES} rules; delete one first.")
        account_id = self.principal.account_id
        rule = AutoEndRule(account_id=account_id, concurrency_key=account_id, **fields)
        _save(rule)
        set_enabled(rule, enabled=enabled)
        ring(AutoEndRule.queue)
        return Response(shapes.RuleSerializer.write(rule), status=201)

    @extend_schema(summary="Change, disable or enable a rule", request=shapes.RuleRequest(partial=True))
    def partial_update(self, request: Request, rule_id: UUID) -> Response:
        rule = self.lock_object()
        changes = self.read(shapes.RuleRequest, partial=True)
        enabled = changes.pop("is_enabled", rule.is_enabled)
        for name, value in changes.items():
            setattr(rule, name, value)
        if changes:
            _save(rule, list(changes))
        set_enabled(rule, enabled=enabled)
        return Response(shapes.RuleSerializer.write(rule))

    @extend_schema(
        summary="The number of calls that the rule would end now",
        request=None,
        responses=shapes.WouldEndSerializer,
    )
    @action(detail=True, methods=["post"], url_path="dry-run")
    def dry_run(self, request: Request, rule_id: UUID) -> Response:
        would_end = matching_calls(self.get_object()).count()
        return Response(shapes.WouldEndSerializer.write_fields(would_end=would_end))


def _save(rule: AutoEndRule, fields: list[str] | None = None) -> None:
    """Save and reload it. Raises Conflict if the account has a rule of this name."""
    try:
        with transaction.atomic():
            rule.save(update_fields=fields)
    except IntegrityError as error:
        raise Conflict("The account has a rule of this name already.") from error
    rule.refresh_from_db()
