"""How a reviewer likes to look at the queue."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class SavedFilter(models.Model):
    """保存的筛选: one person's filter of the queue, as the query of its address; the first one opens with the queue."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_filters", verbose_name="用户"
    )
    name = models.CharField("名称", max_length=20)
    query = models.CharField("条件", max_length=500)
    is_first = models.BooleanField("打开队列时先用", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "保存的筛选"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="one_filter_a_name"),
            models.UniqueConstraint(fields=["user"], condition=Q(is_first=True), name="one_first_filter"),
        ]

    def __str__(self):
        return self.name
