"""The trail as auditors see it: nothing can be changed here, and looking at it leaves a line itself (T-34)."""

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse

from audit.actions import Action
from audit.models import AuditEvent, ReadingRule, Seal
from audit.services import record

AUDITOR = "auditor"


class ActionFilter(admin.SimpleListFilter):
    """By action, from the list of names: no scan of the table for distinct values."""

    title = "操作"
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: "admin.ModelAdmin[AuditEvent]") -> list[tuple[str, str]]:
        return list(Action.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        return queryset.filter(action=self.value()) if self.value() else queryset


class ReadByAuditors(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    """Only the auditor (and a superuser) may look; nobody may add, change or delete."""

    actions = None
    show_full_result_count = False
    list_per_page = 50

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        user = request.user
        return user.is_active and (user.is_superuser or getattr(user, "role", None) == AUDITOR)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(AuditEvent)
class AuditEventAdmin(ReadByAuditors):
    list_display = ("at", "action_label", "actor_name", "department_code", "object_label", "result", "source")
    list_display_links = ("at", "action_label")
    list_filter = (ActionFilter, "result", "source", "business_on")
    search_fields = ("=object_id", "=request_id", "=actor_name")
    search_help_text = "按对象编号、请求编号或操作人精确查找。"
    ordering = ("-id",)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        with transaction.atomic():
            if self.has_view_permission(request):
                record(Action.LOG_READ, actor=request.user, detail={"filters": request.GET.dict()})
            return super().changelist_view(request, extra_context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        with transaction.atomic():
            if self.has_view_permission(request):
                record(Action.LOG_READ, actor=request.user, object_type=AuditEvent._meta.label, object_id=object_id)
            return super().change_view(request, object_id, form_url, extra_context)


@admin.register(Seal)
class SealAdmin(ReadByAuditors):
    list_display = ("number", "sealed_at", "size", "first_id", "last_id", "hash")


@admin.register(ReadingRule)
class ReadingRuleAdmin(ReadByAuditors):
    """A rule is never rewritten: it is given its last day, and the next one its first."""

    list_display = ("kind", "least", "factor", "days", "in_force_from", "in_force_until", "evidence")
    fields = ("kind", "least", "factor", "days", "in_force_from", "in_force_until", "source", "evidence")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return self.has_view_permission(request)

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> tuple[str, ...]:
        return tuple(name for name in self.fields if name != "in_force_until") if obj else ()

    def save_model(self, request: HttpRequest, obj: ReadingRule, form: ModelForm, change: bool) -> None:
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            record(Action.READINGRULE_CHANGED, obj, actor=request.user, detail={"fields": sorted(form.changed_data)})
