"""The default of every API view."""

from rest_framework.permissions import BasePermission


class DenyByDefault(BasePermission):
    """A view that does not say who may call it may be called by nobody."""

    def has_permission(self, request, view) -> bool:
        return False
