"""Reads on what the national platform said."""

from django.db import models
from django.db.models import F

from records.models import Record


class HandoverQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(record__in=Record.objects.visible_to(user))

    def refused(self):
        """Rows the national platform gave back and nobody has corrected since."""
        return self.filter(refused_revision=F("record__revision"))
