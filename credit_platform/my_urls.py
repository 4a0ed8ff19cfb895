"""What subjects do on the platform: with a receipt, without signing in; and signed in, below /my/."""

from django.urls import path

from repair.views import progress

app_name = "my"
urlpatterns = [
    path("progress/", progress.progress, name="progress"),
]
