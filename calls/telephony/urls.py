"""Addresses of the telephony surface: as the vendor's prose has them, and under /v1 as its page does."""

from django.urls import path

from calls.telephony import lists, views

# POST /v1/calls is calls.platform.listing's, which answers GET there too.
urlpatterns = [
    path("calls", lists.RecordCallView.as_view()),
    *(
        path(f"{prefix}{rest}", view.as_view())
        for prefix in ("", "v1/")
        for rest, view in (
            ("calls/end", views.EndCallView),
            ("calls/make-call", views.MakeCallView),
            ("calls/query", lists.QueryView),
            ("calls/<id:call_id>", views.CallView),
            ("phone_number", lists.PhoneNumbersView),
        )
    ),
]
