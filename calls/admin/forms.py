"""Forms of the admin: a call's notes and rating, and auto-end rules."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from calls.bulk.validators import non_empty_filter, single_line
from calls.filters import InvalidFilter
from calls.models import AutoEndRule, Call


class NotesForm(forms.Form):
    """Notes and rating, on a call's detail page."""

    notes = forms.CharField(
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 80, "class": "vLargeTextField"}),
    )
    rating = forms.TypedChoiceField(
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "–"), *((n, str(n)) for n in range(1, 6))],
    )

    @classmethod
    def for_call(cls, call: Call) -> "NotesForm":
        return cls(initial={"notes": call.notes, "rating": call.rating})

    def clean_notes(self) -> str:
        # Browsers send line breaks as CR LF; texts that are written over the API are not converted.
        return str(self.cleaned_data["notes"]).replace("\r\n", "\n")

    def changes(self) -> dict[str, Any]:
        """The fields to write, for calls.lifecycle.update.annotate_call."""
        return {"notes": self.cleaned_data["notes"], "rating": self.cleaned_data["rating"]}


class AutoEndRuleForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """A rule, validated as over the API: a filter with a condition, a name of one line."""

    class Meta:
        model = AutoEndRule
        fields = ("account", "name", "filter", "min_age", "reason", "code")

    def clean_name(self) -> str:
        single_line(self.cleaned_data["name"])
        return str(self.cleaned_data["name"])

    def clean_filter(self) -> Any:  # noqa: ANN401 - JSON
        try:
            return non_empty_filter(self.cleaned_data["filter"] or {}).to_json()
        except InvalidFilter as error:
            raise ValidationError(str(error)) from error
