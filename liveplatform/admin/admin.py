"""Admin pages of staff itself: users, groups and their accounts, what staff did, and operations."""

from typing import Any

from axes.signals import user_locked_out
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import post_migrate
from django.forms import BooleanField, ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from liveplatform.admin.audit import record, record_lockout, record_login, record_logout
from liveplatform.admin.base import LargeTableAdmin, ReadOnlyAdmin
from liveplatform.admin.bulk import BulkAction
from liveplatform.admin.filters import StateFilter
from liveplatform.admin.groups import create_groups
from liveplatform.admin.models import ConfinedGroup, GroupAccount, StaffAction, StaffOperation
from liveplatform.admin.operations import cancel
from liveplatform.admin.permissions import RUN_AGAIN

post_migrate.connect(create_groups, apps.get_app_config("staff"), dispatch_uid="staff.groups")
user_logged_in.connect(record_login, dispatch_uid="staff.login")
user_logged_out.connect(record_logout, dispatch_uid="staff.logout")
user_locked_out.connect(record_lockout, dispatch_uid="staff.lockout")


class SuperusersOnly(LargeTableAdmin):
    """Who may change users or groups could give themselves every permission."""

    account_path = None
    secret_fields: tuple[str, ...] = ("key",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401
        return bool(request.user.is_superuser)

    has_change_permission = has_delete_permission = has_view_permission

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)


class GroupAccountInline(admin.TabularInline):  # type: ignore[type-arg]  # generic in the stubs alone
    model = GroupAccount
    raw_id_fields = ("account",)
    extra = 1


KEPT_OF_OTHERS = ("list_display", "list_filter", "readonly_fields", "search_fields", "ordering")


def confine(site: admin.AdminSite) -> None:
    """Give pages of other packages (users, log-in attempts, second factors) the rules of ours."""
    for model, page in list(site._registry.items()):
        if not isinstance(page, LargeTableAdmin):
            site.unregister(model)
            if model not in (User, Group):
                shown = {name: getattr(page, name) for name in KEPT_OF_OTHERS}
                site.register(model, type(type(page).__name__, (SuperusersOnly, type(page)), shown))


confine(admin.site)


@admin.register(User)
class StaffUserAdmin(SuperusersOnly, UserAdmin):  # type: ignore[type-arg]
    """Members of staff."""

    list_filter = ("is_staff", "is_superuser", "is_active", "groups")
    secret_fields = ("password", "password1", "password2", "usable_password")
    sortable_by = ("username",)
    ordering = ("username",)
    search_fields = ("username",)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:  # noqa: ANN401
        return queryset.filter(username__icontains=search_term.strip()), False

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Recorded, without the password; a redirect says that it was saved."""
        response = super().user_change_password(request, id, form_url)
        if request.method == "POST" and response.status_code == 302:
            record(request, "set the password", User, target=str(self.get_object(request, id)))
        return response


class GroupForm(ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """A group, and whether it is confined to its accounts."""

    confined = BooleanField(
        required=False,
        label="Confined to the accounts below",
        help_text="Without an account its members see nothing. Untick it, and remove the accounts, to let "
        "them see all accounts.",
    )

    class Meta:
        model = Group
        fields = ("name", "permissions")

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as Django has it
        super().__init__(*args, **kwargs)
        self.initial["confined"] = ConfinedGroup.objects.filter(group=self.instance.pk).exists()


@admin.register(Group)
class StaffGroupAdmin(SuperusersOnly, GroupAdmin):
    """Groups; a confined one binds its members to its accounts."""

    form = GroupForm
    fields = ("name", "permissions", "confined")
    inlines = (GroupAccountInline,)
    list_display = ("name", "accounts")
    search_fields = ("name",)
    ordering = ("name",)
    sortable_by = ("name",)

    @admin.display(description="confined to accounts")
    def accounts(self, group: Group) -> str:
        names = GroupAccount.objects.filter(group=group).values_list("account__name", flat=True)[:6]
        is_confined = ConfinedGroup.objects.filter(group=group).exists()
        return ", ".join(names) or ("none: sees nothing" if is_confined else "all")

    def save_related(
        self,
        request: HttpRequest,
        form: Any,  # noqa: ANN401
        formsets: Any,  # noqa: ANN401
        change: bool,  # noqa: FBT001
    ) -> None:
        """A group with accounts is confined; one without them is not only if the box says so."""
        super().save_related(request, form, formsets, change)
        group, confined = form.instance, ConfinedGroup.objects.filter(group=form.instance)
        if GroupAccount.objects.filter(group=group).exists():
            if not form.cleaned_data["confined"] and "confined" in form.changed_data:
                told = "It stays confined: it has accounts. Remove them, and untick the box, to unbind it."
                self.message_user(request, told, messages.WARNING)
        elif form.cleaned_data["confined"]:
            ConfinedGroup.objects.get_or_create(group=group)
            told = "It has no accounts: its members see nothing. Add one, or untick the box."
            self.message_user(request, told, messages.WARNING)
        else:
            confined.delete()


@admin.register(StaffAction)
class StaffActionAdmin(ReadOnlyAdmin):
    """What staff did: append-only."""

    list_display = ("created_at", "actor", "verb", "target", "rows", "account")
    list_select_related = ("account",)
    id_fields = ("pk", "account", "subjects__contains")
    search_help_text = "The id of an act, an account or a row that it was done to."
    fields = ("created_at", "actor", "verb", "model", "target", "rows", "account", "changes")
    readonly_fields = fields
    sortable_by = ()

    @admin.display(description="detail")
    def changes(self, action: StaffAction) -> SafeString:
        return detail_table(action.detail)


@admin.register(StaffOperation)
class StaffOperationAdmin(ReadOnlyAdmin):
    """Acts on many rows, and how far they are."""

    list_display = ("id", "action", "model", "account", "progress", "changed", "state", "requested_by")
    list_filter = (StateFilter,)
    list_select_related = ("account",)
    id_fields = ("pk", "account")
    search_help_text = "The id of an operation or an account."
    fields = (
        *("id", "action", "model", "account", "state", "progress", "changed", "requested_by"),
        *("created_at", "settled_at", "error"),
    )
    readonly_fields = fields
    bulk_actions = (
        BulkAction(
            name="cancel",
            label="Cancel",
            permission=RUN_AGAIN,
            consequence="They stop before their next rows; what they did stays.",
            kind="state",
            apply=lambda ids, actor: cancel(ids),
        ),
    )

    @admin.display
    def progress(self, operation: StaffOperation) -> str:
        return f"{operation.position:,} of {len(operation.ids):,}"


def detail_table(detail: dict[str, Any]) -> SafeString:
    """The detail of an act: a line per changed field, with before and after."""
    fields = detail.get("fields", {})
    lines = [(name, *_before_after(value)) for name, value in fields.items()]
    lines += [(name, "", value) for name, value in detail.items() if name != "fields"]
    if not lines:
        return SafeString("–")
    rows = format_html_join("", "<tr><th>{}</th><td>{}</td><td>{}</td></tr>", lines)
    head = SafeString("<tr><th>field</th><th>before</th><th>after</th></tr>")
    return format_html("<table><thead>{}</thead><tbody>{}</tbody></table>", head, rows)


def _before_after(value: Any) -> tuple[Any, Any]:  # noqa: ANN401
    if isinstance(value, dict):
        return value.get("before", ""), value.get("after", "")
    return "", value
