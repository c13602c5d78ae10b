"""Addresses of ending many calls."""

from django.urls import path

from calls.api.bulk import operations as views
from calls.api.bulk import rules as rule_views

urlpatterns = [
    path("v1/calls/bulk-end", views.BulkEndView.as_view()),
    path("v1/operations", views.OperationsView.as_view()),
    path("v1/operations/<id:operation_id>", views.OperationView.as_view()),
    path("v1/operations/<id:operation_id>/cancel", views.OperationCancelView.as_view()),
    path("v1/calls/rules", rule_views.RulesView.as_view()),
    path("v1/calls/rules/<id:rule_id>", rule_views.RuleView.as_view()),
    path("v1/calls/rules/<id:rule_id>/dry-run", rule_views.RuleDryRunView.as_view()),
]
