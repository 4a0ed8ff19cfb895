"""Questions to the trail and to its rules."""

import datetime

from django.db import models
from django.db.models import Max, Q
from django.db.models.functions import Coalesce

from audit.actions import READINGS


class AuditEventQuerySet(models.QuerySet):
    def readings(self):
        """Lines that say who saw which person's data."""
        return self.filter(action__in=[str(action) for action in READINGS])

    def about(self, obj: models.Model):
        """Lines whose object is this one."""
        return self.filter(object_type=obj._meta.label, object_id=str(obj.pk))


class ReadingRuleQuerySet(models.QuerySet):
    def in_force(self, *, on: datetime.date):
        """The rules of that day, the newest of each kind first."""
        ended = Q(in_force_until=None) | Q(in_force_until__gte=on)
        return self.filter(ended, in_force_from__lte=on)


class InspectionQuerySet(models.QuerySet):
    def with_term(self):
        """Adds `term`: the day by which to rectify, as extended; None where nothing is to be rectified."""
        return self.annotate(term=Coalesce(Max("follow_ups__due_on"), "due_on"))

    def unfinished(self):
        """Orders to rectify that nobody has found carried out, or has passed on."""
        return self.with_term().filter(result="rectify").exclude(follow_ups__outcome__in=["done", "transferred"])

    def overdue(self, *, on: datetime.date):
        """Of these, the ones whose term is over."""
        return self.unfinished().filter(term__lt=on)


class InstitutionQuerySet(models.QuerySet):
    def monitored(self):
        """Those that have not been released."""
        return self.filter(until=None)
