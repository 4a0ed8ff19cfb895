"""Scope: the one door through which staff see departments."""

from django.db import models


class DepartmentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Departments whose rows this user may see; anything else is 404 (design section 7)."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.sees_whole_province:
            return self
        if user.region_prefix:
            return self.filter(region__code__startswith=user.region_prefix)
        if user.department_id is None:
            return self.none()
        return self.filter(pk=user.department_id)

    def named(self, text: str):
        """Departments addressed by code, USCC, name or former name."""
        return self.filter(
            models.Q(code=text) | models.Q(uscc=text) | models.Q(name=text) | models.Q(former_names__contains=[text])
        )


class SourceSystemQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Systems of the departments this user sees."""
        departments = self.model._meta.get_field("department").related_model.objects
        return self.filter(department__in=departments.visible_to(user))

    def in_use(self):
        """Those that have not been taken out of use."""
        return self.filter(in_use_until__isnull=True)
