"""The addresses of the portal where it is deployed apart, on the internet side (settings/portal.py)."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from credit_platform.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/v1/public/", include("disclosure.api_urls")),
    path("", include("disclosure.urls")),
]
