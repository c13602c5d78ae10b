"""The admin site: log-ins with a second factor, and at a bounded rate per address."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django_otp import devices_for_user, user_has_device
from django_otp.forms import OTPAuthenticationFormMixin
from django_otp.models import Device

from liveplatform.admin.audit import record
from liveplatform.admin.bounded import BoundedPages
from liveplatform.admin.login_throttle import WINDOW_SECONDS, is_allowed
from liveplatform.limits.concurrency import Busy, Limit

# Log-ins at a time in a process, of an address and in all: checking a password takes half a second of CPU.
LOGINS = Limit("logins", "log-ins", per_key=1, total=2, status=429)

NO_DEVICE_MESSAGE = (
    "The admin asks for a second factor, and this user has none: an operator makes one with "
    "manage.py enrol_otp USERNAME."
)


class PlatformLoginForm(OTPAuthenticationFormMixin, AdminAuthenticationForm):  # type: ignore[misc]  # untyped
    """User name, password, and the code of the second factor for those who have one."""

    otp_token = forms.CharField(
        required=False,
        label="Code of your authenticator, if you have one",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean()
        user = self.get_user()
        if user_has_device(user):
            self.clean_otp(user)
        elif settings.ADMIN_REQUIRE_OTP:
            raise ValidationError(NO_DEVICE_MESSAGE)
        return data

    def _chosen_device(self, user: AbstractBaseUser) -> Device | None:
        """The user's newest device: trying each would count a failure on those that do not match."""
        devices: list[Device] = list(devices_for_user(user, for_verify=True))
        return devices[-1] if devices else None

    def _update_form(self, user: AbstractBaseUser) -> None:
        """Nothing: the mixin would write the password into the page."""


class PlatformAdminSite(BoundedPages):
    """Staff who have a second factor, or must have one, enter only with it."""

    site_header = site_title = "Live Platform"
    index_title = "The control plane"
    enable_nav_sidebar = False  # a list of calls needs the width
    login_form = PlatformLoginForm
    login_template = "admin/login_with_code.html"

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and _is_verified(request.user)

    def password_change(  # type: ignore[override] # the stubs leave out the redirect
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Recorded, without the password; a redirect says that it was saved."""
        response = super().password_change(request, extra_context)
        if request.method == "POST" and response.status_code == 302:
            record(request, "change own password", get_user_model(), target=request.user.get_username())
        return response

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.method == "POST" and not is_allowed(request.META.get("REMOTE_ADDR", "")):
            return _refused(request, WINDOW_SECONDS)
        if request.method != "POST":
            return super().login(request, extra_context)
        try:
            with LOGINS.hold(request.META.get("REMOTE_ADDR", "")):
                return super().login(request, extra_context)
        except Busy as busy:
            return _refused(request, busy.wait)


def _refused(request: HttpRequest, seconds: int) -> HttpResponse:
    response = render(request, settings.AXES_LOCKOUT_TEMPLATE, status=429)
    response["Retry-After"] = str(seconds)
    return response


def _is_verified(user: Any) -> bool:  # noqa: ANN401 - OTPMiddleware adds is_verified to it
    return bool(user.is_verified() or not (settings.ADMIN_REQUIRE_OTP or user_has_device(user)))
