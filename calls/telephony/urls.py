"""Addresses of the telephony surface: as the vendor's prose has them, and under /v1 as its page does."""

from django.urls import path

from calls.telephony import views

urlpatterns = [
    path(f"{prefix}calls/{rest}", view.as_view())
    for prefix in ("", "v1/")
    for rest, view in (
        ("end", views.EndCallView),
        ("make-call", views.MakeCallView),
        ("<id:call_id>", views.CallView),
    )
]
