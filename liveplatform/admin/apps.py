from django.contrib.admin.apps import AdminConfig


class PlatformAdminConfig(AdminConfig):
    """Django's admin with the platform's site as `admin.site`."""

    default_site = "liveplatform.admin.site.PlatformAdminSite"
