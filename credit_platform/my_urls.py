"""What a subject finds about itself, and what it asks for. Everything but the door is `applicant_required`."""

from django.urls import path

from repair.views import mine, signing_in

app_name = "my"
urlpatterns = [
    path("", mine.home, name="home"),
    path("sign-in/", signing_in.sign_in, name="sign-in"),
    path("sign-out/", signing_in.sign_out, name="sign-out"),
    path("records/<uuid:public_id>/", mine.record, name="record"),
]
