"""Every address of the platform. Each route stands with its rule in credit_platform/routes.py; a test compares them."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
]
