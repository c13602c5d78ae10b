"""The admin of agents."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from calls.agents import validators
from calls.models import Agent
from liveplatform.admin.base import LargeTableAdmin, staff_actor

# What may hold a customer's secret or words.
PRIVATE = ("answer_url", "twiml", "websocket_url", "parameters")


class AgentForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """An agent, validated as over the API."""

    class Meta:
        model = Agent
        fields = (
            *("account", "name", "description", "workspace", "answer_url", "twiml", "websocket_url"),
            *("codec", "parameters", "is_active"),
        )
        widgets = {
            "answer_url": forms.TextInput(attrs={"class": "vLargeTextField"}),
            "websocket_url": forms.TextInput(attrs={"class": "vLargeTextField"}),
        }

    def clean_answer_url(self) -> str:
        return self._checked("answer_url", validators.validate_answer_url)

    def clean_websocket_url(self) -> str:
        return self._checked("websocket_url", validators.validate_websocket_url)

    def clean_twiml(self) -> str:
        return self._checked("twiml", validators.validate_twiml)

    def clean_parameters(self) -> Any:  # noqa: ANN401 - JSON
        parameters = self.cleaned_data["parameters"] or {}
        validators.validate_parameters(parameters)
        return parameters

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        shown = [name for name in validators.ANSWERS if name in self.fields]
        if shown and not self.errors and len([name for name in shown if cleaned.get(name)]) != 1:
            raise forms.ValidationError(validators.ONE_ANSWER)
        return cleaned

    def _checked(self, name: str, validate: Any) -> str:  # noqa: ANN401 - a validator
        value = str(self.cleaned_data[name] or "")
        if value:
            validate(value)
        return value


@admin.register(Agent)
class AgentAdmin(LargeTableAdmin):
    """Agents. What is private of them is recorded in no history of changes."""

    form = AgentForm
    list_display = ("name", "account", "workspace", "answers_by", "is_active", "created_at", "created_by")
    list_select_related = ("account",)
    raw_id_fields = ("account",)
    id_fields = ("pk", "account")
    search_help_text = "The id of an agent or an account."
    sortable_by = ()
    private_fields = PRIVATE
    secret_fields = PRIVATE

    @admin.display(description="answers by")
    def answers_by(self, agent: Agent) -> str:
        return next(name for name in validators.ANSWERS if getattr(agent, name))

    def save_model(self, request: HttpRequest, obj: Agent, form: Any, change: bool) -> None:  # noqa: ANN401, FBT001
        obj.created_by = obj.created_by or staff_actor(request)[:80]
        super().save_model(request, obj, form, change)
