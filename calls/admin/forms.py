"""What staff think of a call: notes and a rating, over or not."""

from typing import Any

from django import forms

from calls.models import Call


class NotesForm(forms.Form):
    """On the page of a call."""

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
        # Browsers send line breaks as CR LF; what was written over the API has them as they came.
        return str(self.cleaned_data["notes"]).replace("\r\n", "\n")

    def changes(self) -> dict[str, Any]:
        return {"notes": self.cleaned_data["notes"], "rating": self.cleaned_data["rating"]}
