"""Reads on stored figures and bulletins."""

from datetime import date

from django.db import models
from django.db.models import F, Window
from django.db.models.functions import RowNumber

from accounts.models import DEPARTMENT_ROLES
from records.quality.workflow import ISSUED


class FigureRunQuerySet(models.QuerySet):
    def valid(self):
        """The newest computation of each month: what pages show."""
        newest = Window(RowNumber(), partition_by=F("month"), order_by=F("version").desc())
        return self.annotate(place=newest).filter(place=1)

    def closed(self):
        return self.filter(version__gt=0)

    def between(self, first: date, last: date):
        return self.filter(month__gte=first, month__lte=last)


class BulletinQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Province staff see drafts too; departments see what was issued; to others there is nothing."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.sees_whole_province:
            return self
        return self.filter(state=ISSUED) if user.role in DEPARTMENT_ROLES or user.oversees else self.none()
