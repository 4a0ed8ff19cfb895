"""Every address of the platform. Each stands with its rule in credit_platform/routes.py; a test compares the two."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from credit_platform.health import healthz
from credit_platform.office import admin_front

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/v1/public/", include("disclosure.api_urls")),
    path("api/v1/", include("records.api_urls")),
    path("api/v1/", include("sanctions.api_urls")),
    path("office/", include("credit_platform.office_urls")),
    path("", include("credit_platform.my_urls")),
    path("admin/", admin_front, name="admin-front"),
    path("admin/cases/", include("credit_platform.queue_urls")),
    path("admin/", admin.site.urls),
    path("", include("disclosure.urls")),
]
