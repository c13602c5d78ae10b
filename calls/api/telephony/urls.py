"""Addresses of the telephony surface: as the vendor's prose has them, and under /v1 as its page does."""

from django.urls import path

from calls.api.telephony import lists, viewset

# POST /v1/calls is calls.api.platform.listing's, which answers GET there too.
urlpatterns = [
    path("calls", lists.RecordCallView.as_view()),
    *(
        path(f"{prefix}{rest}", view.as_view())
        for prefix in ("", "v1/")
        for rest, view in (
            ("calls/end", viewset.EndCallView),
            ("calls/make-call", viewset.MakeCallView),
            ("calls/query", lists.QueryView),
            ("calls/<id:call_id>", viewset.CallView),
            ("phone_number", lists.PhoneNumbersView),
        )
    ),
]
