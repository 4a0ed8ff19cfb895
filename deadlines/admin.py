"""Holiday table and time limits for administrators. Each change leaves a line in the trail."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from audit.actions import Action
from audit.services import record
from deadlines.models import TimeLimit, Workday


class YearFilter(admin.SimpleListFilter):
    title = "年度"
    parameter_name = "year"

    def lookups(self, request: HttpRequest, model_admin: "admin.ModelAdmin[Workday]") -> list[tuple[str, str]]:
        return [(str(day.year), f"{day.year} 年") for day in Workday.objects.dates("date", "year", order="DESC")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Workday]) -> QuerySet[Workday]:
        return queryset.filter(date__year=self.value()) if self.value() else queryset


@admin.register(Workday)
class WorkdayAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    list_display = ("date", "name", "kind", "status", "source")
    list_filter = (YearFilter, "kind", "status")
    search_fields = ("name", "source")

    def get_readonly_fields(self, request: HttpRequest, obj: Workday | None = None) -> tuple[str, ...]:
        return ("date",) if obj else ()  # the date is the key: another date is another row

    def save_model(self, request: HttpRequest, obj: Workday, form: "ModelForm[Workday]", change: bool) -> None:
        super().save_model(request, obj, form, change)
        _record(Action.WORKDAY_CHANGED, obj, request, form)

    def delete_model(self, request: HttpRequest, obj: Workday) -> None:
        record(Action.WORKDAY_REMOVED, obj, actor=request.user)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Workday]) -> None:
        for day in queryset:
            record(Action.WORKDAY_REMOVED, day, actor=request.user)
        super().delete_queryset(request, queryset)


@admin.register(TimeLimit)
class TimeLimitAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    """A version is added or ended, never edited: decisions made under it must stay explicable."""

    list_display = ("key", "name", "amount", "unit", "in_force_from", "in_force_until", "evidence", "source")
    list_filter = ("evidence", "unit")
    search_fields = ("key", "name", "source")

    def get_readonly_fields(self, request: HttpRequest, obj: TimeLimit | None = None) -> tuple[str, ...]:
        return ("key", "amount", "unit", "in_force_from") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: TimeLimit | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: TimeLimit, form: "ModelForm[TimeLimit]", change: bool) -> None:
        super().save_model(request, obj, form, change)
        _record(Action.LIMIT_CHANGED, obj, request, form)


def _record(action: Action, obj: models.Model, request: HttpRequest, form: "ModelForm[Any]") -> None:
    values = {name: str(form.cleaned_data[name]) for name in form.changed_data}
    record(action, obj, actor=request.user, detail=values)
