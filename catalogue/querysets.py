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

    def official_about_organisations(self):
        """Items whose records may come to stand in an open list: persons and reference information never do."""
        return self.filter(subject_kinds__overlap=["organisation", "sole_trader"], standing="official")

    def reportable_by(self, line: str):
        """Items that name no source, or name this line of departments among their sources."""
        return self.filter(Q(sources=[]) | Q(sources__contains=[line]))

    def closed_to(self, line: str):
        """Items whose records only certain lines may see, and this is none of them."""
        return self.exclude(viewers=[]).exclude(viewers__contains=[line])


class DisplayRuleQuerySet(InForceQuerySet):
    def of(self, item_code: str):
        return self.filter(item_code=item_code).select_related("legal_basis")
