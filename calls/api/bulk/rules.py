"""Auto-end rules over REST."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from calls.api.base import CallErrors
from calls.api.bulk import serializers as shapes
from calls.bulk.auto_end_rules import MAX_RULES, RuleConflict, create_rule, matching_calls, update_rule
from calls.models import AutoEndRule
from liveplatform.accounts.scopes import ADMIN, READ
from liveplatform.api.exceptions import Conflict
from liveplatform.api.viewsets import DestroyMixin


@extend_schema_view(
    list=extend_schema(summary="The account's rules, newest first"),
    destroy=extend_schema(summary="Delete a rule; calls that it ended stay ended"),
)
class AutoEndRuleViewSet(ListModelMixin, CallErrors, DestroyMixin[AutoEndRule]):
    """`/v1/auto-end-rules`"""

    queryset = AutoEndRule.objects.all()
    serializer_class = shapes.RuleSerializer
    list_serializer_class = shapes.RulesSerializer
    lookup_url_kwarg = "rule_id"
    not_found = "There is no such rule in this account."
    tags = ["Ending many calls"]
    bodyless_actions = frozenset({"destroy", "dry_run"})
    scopes = {"list": READ, "dry_run": READ} | dict.fromkeys(("create", "partial_update", "destroy"), ADMIN)
    atomic_actions = frozenset({"create", "partial_update", "destroy", "dry_run"})

    @extend_schema(
        summary="Add a rule that ends matching live calls after a time",
        description=f"At most {MAX_RULES} per account. Create it disabled and use its dry run to test it.",
        request=shapes.RuleRequest,
    )
    def create(self, request: Request) -> Response:
        values = self.read(shapes.RuleRequest)
        enabled = values.pop("is_enabled", True)
        with _conflicts():
            rule = create_rule(self.principal.account_id, values, enabled=enabled)
        return Response(shapes.RuleSerializer.write(rule), status=201)

    @extend_schema(summary="Change, disable or enable a rule", request=shapes.RuleRequest(partial=True))
    def partial_update(self, request: Request, rule_id: UUID) -> Response:
        changes = self.read(shapes.RuleRequest, partial=True)
        rule = self.lock_object()
        enabled = changes.pop("is_enabled", None)
        with _conflicts():
            update_rule(rule, changes, enabled=enabled)
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


@contextmanager
def _conflicts() -> Iterator[None]:
    """RuleConflict as 409."""
    try:
        yield
    except RuleConflict as error:
        raise Conflict(str(error), "rule_conflict") from error
