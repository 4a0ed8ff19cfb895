"""Questions the catalogue answers, always for a date."""

from datetime import date

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.models import Role
from catalogue import workflow

READERS_OF_DRAFTS = (Role.ADMINISTRATOR, Role.REVIEWER, Role.SUPERVISOR, Role.AUDITOR)


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


class ItemFieldQuerySet(models.QuerySet):
    def open(self, *, on: date):
        """What anyone may see: what was public when a record was entered and is public still.

        A field the edition in force has closed or dropped is closed for the records entered before it, too.
        """
        replaced = Q(item__in_force_until__isnull=True) | Q(item__in_force_until__gte=on)
        now = self.model.objects.filter(replaced, item__code=OuterRef("item__code"), item__in_force_from__lte=on)
        return self.filter(Exists(now.filter(code=OuterRef("code"), scope="public")) | ~Exists(now), scope="public")


class EditionQuerySet(models.QuerySet):
    def approved(self):
        return self.filter(state=workflow.APPROVED)

    def in_force(self, *, on: date):
        """The edition in force on a day: at most one row."""
        return self.approved().filter(in_force_on__lte=on).order_by("-in_force_on")[:1]

    def newest(self):
        """The last approved edition, in force already or not: what the next draft is written against."""
        return self.approved().order_by("-in_force_on").first()

    def due(self, *, on: date):
        """Editions whose day has come and whose effect on the records has not been carried out."""
        return self.approved().filter(in_force_on__lte=on, carried_out_at__isnull=True)

    def readable_by(self, user):
        """Approved editions are for all staff; drafts for those who draft, approve or watch over it."""
        return self if user.role in READERS_OF_DRAFTS else self.approved()
