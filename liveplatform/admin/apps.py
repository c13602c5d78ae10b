from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class PlatformAdminConfig(AdminConfig):
    """Django's admin with the platform's site as `admin.site`."""

    default_site = "liveplatform.admin.site.PlatformAdminSite"


class StaffConfig(AppConfig):
    """The rows of the admin itself: acts, operations and groups of staff."""

    name = "liveplatform.admin"
    label = "staff"
    verbose_name = "Staff"
