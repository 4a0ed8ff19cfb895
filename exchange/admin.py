"""How the national platform answered, for those who review. Rows are sent again from the office, not here."""

from django.contrib import admin

from accounts.admin import ReadOnly
from accounts.models import PROVINCE_ROLES
from exchange.models import Delivery, Handover


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly, admin.ModelAdmin):
    viewers = PROVINCE_ROLES
    list_display = ("public_id", "state", "rows", "accepted", "refused", "code", "created_at", "closed_at")
    list_filter = ("state",)


@admin.register(Handover)
class HandoverAdmin(ReadOnly, admin.ModelAdmin):
    viewers = PROVINCE_ROLES
    list_display = ("record", "action", "is_published", "receipt", "attempts", "code", "updated_at")
    list_select_related = ("record",)
    list_filter = ("is_published", "action")

    def get_queryset(self, request):
        return Handover.objects.visible_to(request.user)
