"""Root URLconf: the surfaces' own URLs, the OpenAPI document and the admin.

Probes (/healthz, /readyz, /metrics) are answered by liveplatform.observability.middleware.
"""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularSwaggerSplitView

from liveplatform.api import converters  # noqa: F401 - registers <id:…>
from liveplatform.api.error_reference import errors_page
from liveplatform.api.schema_view import SchemaView
from liveplatform.api.surfaces import surfaces

urlpatterns: list[URLPattern | URLResolver] = [
    *(path("", include(surface.urls)) for surface in surfaces() if surface.urls),
    path("api/schema/", SchemaView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("api/docs/errors", errors_page, name="errors"),
    path("admin", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
]

handler400 = "liveplatform.error_pages.handler400"
handler404 = "liveplatform.error_pages.handler404"
handler500 = "liveplatform.error_pages.handler500"
