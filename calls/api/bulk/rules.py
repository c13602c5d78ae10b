"""Quality-control rules over REST. Nothing is decided here."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from calls.api.base import CallsView
from calls.api.bulk import serializers as shapes
from calls.bulk.operations import set_enabled
from calls.bulk.run import matching_calls
from calls.models import AutoEndRule
from liveplatform.api.exceptions import Conflict, error_responses
from liveplatform.work.doorbell import ring

TAGS = ["Ending many calls"]
MAX_RULES = 50


class RulesView(CallsView):
    """`/v1/calls/rules`"""

    scopes = {"GET": "read:live", "POST": "admin:live"}
    atomic = True

    @extend_schema(
        operation_id="rules_list",
        tags=TAGS,
        summary="The account's rules",
        responses={200: shapes.RulesSerializer, **error_responses("platform")},
    )
    def get(self, request: Request) -> Response:
        rules = AutoEndRule.objects.filter(account_id=self.principal.account_id).order_by("name")
        return Response({"rules": [shapes.describe_rule(rule) for rule in rules]})

    @extend_schema(
        operation_id="rules_create",
        tags=TAGS,
        summary="Add a rule: live calls that match for too long are ended",
        description=f"At most {MAX_RULES} in an account. Try it with its dry run before you enable it.",
        request=shapes.RuleRequest,
        responses={201: shapes.RuleSerializer, **error_responses("platform", 400, 409)},
    )
    def post(self, request: Request) -> Response:
        sent = _checked(shapes.RuleRequest(data=request.data))
        enabled = sent.pop("is_enabled", True)
        account_id = self.principal.account_id
        if AutoEndRule.objects.filter(account_id=account_id).count() >= MAX_RULES:
            raise Conflict(f"The account has {MAX_RULES} rules; delete one first.")
        rule = AutoEndRule(account_id=account_id, concurrency_key=account_id, **sent)
        _saved(rule)
        set_enabled(rule, enabled=enabled)
        ring(AutoEndRule.queue)
        return Response(shapes.describe_rule(rule), status=201)


class OneRuleView(CallsView):
    """A view about one rule of the account."""

    atomic = True

    def rule(self, rule_id: UUID) -> AutoEndRule:
        found = AutoEndRule.objects.select_for_update().filter(
            pk=rule_id, account_id=self.principal.account_id
        )
        rule = found.first()
        if rule is None:
            raise NotFound("There is no such rule in this account.")
        return rule


class RuleView(OneRuleView):
    """`/v1/calls/rules/{id}`"""

    scopes = {"PATCH": "admin:live", "DELETE": "admin:live"}

    @extend_schema(
        operation_id="rules_update",
        tags=TAGS,
        summary="Change a rule, disable it or enable it",
        request=shapes.RuleRequest(partial=True),
        responses={200: shapes.RuleSerializer, **error_responses("platform", 400, 404, 409)},
    )
    def patch(self, request: Request, rule_id: UUID) -> Response:
        rule = self.rule(rule_id)
        sent = _checked(shapes.RuleRequest(data=request.data, partial=True))
        enabled = sent.pop("is_enabled", rule.is_enabled)
        for name, value in sent.items():
            setattr(rule, name, value)
        if sent:
            _saved(rule, list(sent))
        set_enabled(rule, enabled=enabled)
        return Response(shapes.describe_rule(rule))

    @extend_schema(
        operation_id="rules_delete",
        tags=TAGS,
        summary="Delete a rule; what it ended stays ended",
        responses={204: None, **error_responses("platform", 404)},
    )
    def delete(self, request: Request, rule_id: UUID) -> Response:
        self.rule(rule_id).delete()
        return Response(status=204)


class RuleDryRunView(OneRuleView):
    """`/v1/calls/rules/{id}/dry-run`"""

    scopes = {"POST": "read:live"}

    @extend_schema(
        operation_id="rules_dry_run",
        tags=TAGS,
        summary="How many calls the rule would end at this moment",
        request=None,
        responses={200: shapes.WouldEndSerializer, **error_responses("platform", 404)},
    )
    def post(self, request: Request, rule_id: UUID) -> Response:
        return Response({"would_end": matching_calls(self.rule(rule_id)).count()})


def _checked(body: shapes.RuleRequest) -> dict[str, Any]:
    body.is_valid(raise_exception=True)
    return dict(body.validated_data)


def _saved(rule: AutoEndRule, fields: list[str] | None = None) -> None:
    try:
        with transaction.atomic():
            rule.save(update_fields=fields)
    except IntegrityError as error:
        raise Conflict("The account has a rule of this name already.") from error
    rule.refresh_from_db()
