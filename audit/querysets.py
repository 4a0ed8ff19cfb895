"""Questions to the trail and to its rules."""

import datetime

from django.db import models
from django.db.models import Q

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
