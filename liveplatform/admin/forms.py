"""Forms of the admin: they ask once before they replace a secret, and each input has a name."""

from typing import Any, ClassVar

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime


class LabelledDateTime(AdminSplitDateTime):
    """Date and time, with a name for each input: the field's label belongs to neither."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        for widget, name in zip(self.widgets, ("Date", "Time"), strict=True):
            widget.attrs["aria-label"] = name


class AsksBeforeSecrets(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """Wants the box `confirm` ticked when a form of an existing row brings another value for a secret.

    `asked_fields`: the secrets, and what else decides who gets in.
    """

    asked_fields: ClassVar[tuple[str, ...]] = ()

    confirm = forms.BooleanField(
        required=False,
        label="Replace secrets",
        help_text="Tick it to replace a secret: what uses the old one stops working.",
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        replaced = [name for name in self.asked_fields if name in self.changed_data and data.get(name)]
        if not self.instance._state.adding and replaced and not data.get("confirm"):
            self.add_error("confirm", f"This replaces {', '.join(replaced)}. Tick this box to do it.")
        return data
