"""Reads of evaluations. The user and the date are passed in."""

from datetime import date

from django.db import models
from django.db.models import Q

from accounts.models import DEPARTMENT_ROLES
from records.quality.workflow import ISSUED
from sanctions.workflow import ADOPTED, DRAWN_UP


def _is_official(user) -> bool:
    is_in = user.is_authenticated and user.is_active
    return bool(is_in and (user.oversees or user.role in DEPARTMENT_ROLES))


class MethodQuerySet(models.QuerySet):
    def visible_to(self, user):
        """What is adopted is for every official, drafts for who sees the whole province."""
        if not _is_official(user):
            return self.none()
        return self if user.sees_whole_province else self.exclude(state=DRAWN_UP)

    def acting(self, *, on: date):
        """The one in force that day."""
        in_force = Q(in_force_until__isnull=True) | Q(in_force_until__gte=on)
        return self.filter(in_force, in_force_from__lte=on).exclude(state=DRAWN_UP)

    def adopted(self):
        return self.filter(state=ADOPTED)


class EditionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """What was issued is for officials, as a bulletin is; drafts for who sees the whole province."""
        if not _is_official(user):
            return self.none()
        return self if user.sees_whole_province else self.filter(state=ISSUED)
