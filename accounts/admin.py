"""The admin site: people, departments and tokens. What a role may do there is said by methods, not stored grants."""

from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.forms import CharField
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode

from accounts import services, views
from accounts.forms import DepartmentForm, TokenForm, UserAddForm, UserEditForm
from accounts.models import ApiToken, Department, Region, Role, User
from audit import services as audit
from audit.actions import Action
from deadlines.clock import today


class ByRole:
    """Rights by role: who may look, who may change. Nobody deletes. Mixed into a ModelAdmin before it."""

    viewers: tuple[Role, ...] = ()
    editors: tuple[Role, ...] = ()

    def _is(self, request, roles: tuple[Role, ...]) -> bool:
        return request.user.is_active and request.user.is_staff and request.user.role in roles

    def has_module_permission(self, request) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request, obj=None) -> bool:
        return self._is(request, (*self.viewers, *self.editors))

    def has_add_permission(self, request, obj=None) -> bool:
        return self._is(request, self.editors)

    def has_change_permission(self, request, obj=None) -> bool:
        return self._is(request, self.editors)

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


class CappedPaginator(Paginator):
    """Counts no further than a thousand rows: an exact count of a large table would make every page wait."""

    MOST = 1000

    @cached_property
    def count(self) -> int:
        return self.object_list.order_by()[: self.MOST].count()


class ReadOnly(ByRole):
    """A list to look at."""

    actions = None
    show_full_result_count = False
    paginator = CappedPaginator
    list_per_page = 50

    def has_add_permission(self, request, obj=None) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False


def _through_the_office(request, extra_context=None):
    """One door for everybody: the office's sign-in page limits and records attempts."""
    if request.user.is_authenticated:
        raise PermissionDenied
    query = urlencode({"next": request.GET.get("next") or reverse("admin:index")})
    return redirect(f"{reverse('office:sign-in')}?{query}")


def _own_password(request, extra_context=None):
    return redirect("office:password")


admin.site.site_header = admin.site.site_title = "信用云南 · 管理"
admin.site.index_title = "管理事项"
admin.site.site_url = "/office/"
admin.site.login = _through_the_office
admin.site.logout = lambda request, extra_context=None: views.sign_out(request)
admin.site.password_change = _own_password
admin.site.unregister(Group)


@admin.register(Region)
class RegionAdmin(ReadOnly, admin.ModelAdmin):
    viewers = (Role.ADMINISTRATOR, Role.SUPERVISOR, Role.REVIEWER)
    list_display = ("code", "name", "parent")
    list_select_related = ("parent",)
    search_fields = ("=code", "name")


@admin.register(Department)
class DepartmentAdmin(ByRole, admin.ModelAdmin):
    viewers = (Role.SUPERVISOR, Role.REVIEWER, Role.AUDITOR)
    editors = (Role.ADMINISTRATOR,)
    form = DepartmentForm
    list_display = ("name", "code", "uscc", "region", "parent", "is_active")
    list_filter = ("is_active",)
    list_select_related = ("region", "parent")
    search_fields = ("name", "=code", "=uscc")
    actions = None

    def save_model(self, request, obj, form, change):
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            detail = {name: str(form.cleaned_data[name] or "") for name in form.changed_data}
            audit.record(Action.DEPARTMENT_CHANGED, obj, actor=request.user, detail=detail)


@admin.register(User)
class StaffAdmin(ByRole, UserAdmin):
    """Placing a person goes through the verb, so the rights held elsewhere end in the same moment (T-07)."""

    viewers = (Role.AUDITOR,)
    editors = (Role.ADMINISTRATOR,)
    form, add_form = UserEditForm, UserAddForm
    add_form_template = None  # Django's own begins with a sentence in English
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("人员", {"fields": ("display_name", "role", "department", "region", "is_active")}),
        ("时间", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {"fields": ("username", "display_name", "role", "department", "region", "password1", "password2")},
        ),
    )
    readonly_fields = ("last_login", "date_joined")
    list_display = ("username", "display_name", "role", "department", "region", "is_active", "last_login")
    list_filter = ("role", "is_active")
    list_select_related = ("department", "region")
    search_fields = ("=username", "display_name")
    filter_horizontal = ()
    ordering = ("username",)
    actions = None

    def save_model(self, request, obj, form, change):
        with transaction.atomic():
            if change and not {"role", "department", "region"} & set(form.changed_data):
                super().save_model(request, obj, form, change)
            else:
                services.place_user(
                    obj, department=obj.department, role=Role(obj.role), region=obj.region, actor=request.user
                )
            if change and "is_active" in form.changed_data and not obj.is_active:
                audit.record(Action.USER_DEACTIVATED, obj, actor=request.user)

    def user_change_password(self, request, id, form_url=""):
        with transaction.atomic():
            response = super().user_change_password(request, id, form_url)
            if request.method == "POST" and response.status_code == 302:
                audit.record(Action.USER_PASSWORD_CHANGED, self.get_object(request, id), actor=request.user)
            return response


class ReasonForm(ActionForm):
    reason = CharField(label="原因", required=False, max_length=200)


@admin.register(ApiToken)
class TokenAdmin(ByRole, admin.ModelAdmin):
    viewers = (Role.AUDITOR,)
    editors = (Role.ADMINISTRATOR,)
    form = TokenForm
    action_form = ReasonForm
    actions = ("revoke",)
    list_display = ("name", "department", "system", "user", "prefix", "issued_at", "expires_on", "revoked_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    list_select_related = ("department", "system", "user")
    search_fields = ("name", "=prefix", "department__name")

    def has_change_permission(self, request, obj=None) -> bool:
        """A token is given and taken away, never edited."""
        return obj is None and super().has_change_permission(request)

    def save_model(self, request, obj, form, change):
        token, plain = services.issue_token(
            department=obj.department,
            user=obj.user,
            name=obj.name,
            system=obj.system,
            actor=request.user,
            on=today(),
        )
        obj.pk, obj.prefix, obj.expires_on, obj.issued_at = token.pk, token.prefix, token.expires_on, token.issued_at
        messages.warning(request, f"令牌只显示这一次，请立即交给责任人保存：{plain}")

    @admin.action(description="吊销所选令牌", permissions=["change"])
    def revoke(self, request, queryset):
        reason = request.POST.get("reason", "").strip()
        if not reason:
            messages.error(request, "请写明吊销原因。")
            return
        with transaction.atomic():
            for token in queryset:
                services.revoke_token(token, actor=request.user, reason=reason)
        messages.success(request, f"已吊销 {queryset.count()} 个令牌，立即生效。")
