"""The catalogue to look at. Rows are never edited in place: a change of law is a new edition."""

from django.contrib import admin

from accounts.admin import ReadOnly
from accounts.models import Role
from catalogue.models import DisplayRule, InformationItem, ItemField, LegalBasis

READERS = (Role.ADMINISTRATOR, Role.AUDITOR, Role.REVIEWER, Role.SUPERVISOR)


class FieldInline(ReadOnly, admin.TabularInline):
    model = ItemField
    viewers = READERS
    fields = ("seq", "code", "name", "type", "length", "required", "scope", "role")
    extra = 0


@admin.register(InformationItem)
class ItemAdmin(ReadOnly, admin.ModelAdmin):
    viewers = READERS
    list_display = ("name", "code", "category", "legal_basis", "in_force_from", "in_force_until", "evidence")
    list_filter = ("category", "evidence")
    list_select_related = ("legal_basis",)
    inlines = (FieldInline,)


@admin.register(LegalBasis)
class BasisAdmin(ReadOnly, admin.ModelAdmin):
    viewers = READERS
    list_display = ("title", "document_no", "article", "in_force_from", "in_force_until", "evidence")
    list_filter = ("evidence",)
    search_fields = ("title", "document_no")


@admin.register(DisplayRule)
class RuleAdmin(ReadOnly, admin.ModelAdmin):
    viewers = READERS
    list_display = (
        "key",
        "item_code",
        "severity",
        "method",
        "minimum_months",
        "maximum_months",
        "in_force_from",
        "in_force_until",
    )
    list_filter = ("item_code", "evidence")
