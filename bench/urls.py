"""The platform's addresses and one that does nothing: the reference for a page's cost."""

from django.http import HttpResponse
from django.urls import include, path


def bare(request):
    return HttpResponse("ok")


urlpatterns = [path("bare/", bare), path("", include("credit_platform.urls"))]
