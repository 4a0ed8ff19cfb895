"""Questions the catalogue answers, always for a date."""

from datetime import date

from django.db import models
from django.db.models import Q


class InForceQuerySet(models.QuerySet):
    def in_force(self, *, on: date):
        return self.filter(Q(in_force_until__isnull=True) | Q(in_force_until__gte=on), in_force_from__lte=on)


class InformationItemQuerySet(InForceQuerySet):
    def named(self, code_or_name: str):
        """An item by its code or its Chinese name, as everywhere on the platform."""
        return self.filter(Q(code=code_or_name) | Q(name=code_or_name))


class DisplayRuleQuerySet(InForceQuerySet):
    def of(self, item_code: str):
        return self.filter(item_code=item_code).select_related("legal_basis")
