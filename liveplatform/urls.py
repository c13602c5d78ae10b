"""Every address of the platform but those of liveplatform.observability.middleware; each surface brings its own list."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from liveplatform.api import converters  # noqa: F401 - registers <id:…>

admin.site.site_header = admin.site.site_title = "Live Platform"
admin.site.index_title = "The control plane"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("calls.api.bulk.urls")),
    path("", include("calls.provider_events.urls")),
    path("", include("calls.api.live_calls.urls")),
    path("", include("calls.api.platform.urls")),
    path("", include("calls.api.telephony.urls")),
    path("", include("liveplatform.accounts.api.urls")),
    path("", include("liveplatform.webhooks.api.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
    path("admin", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
]

handler400 = "liveplatform.api.exceptions.at_bad_request"
handler404 = "liveplatform.api.exceptions.at_unknown_address"
handler500 = "liveplatform.api.exceptions.at_crash"
