"""What a subject finds about itself, and what it asks for. Everything but the door is `applicant_required`."""

from django.urls import path

from repair.views import mine, representations, requests, signing_in

app_name = "my"
urlpatterns = [
    path("", mine.home, name="home"),
    path("sign-in/", signing_in.sign_in, name="sign-in"),
    path("callback/", signing_in.callback, name="callback"),
    path("sign-out/", signing_in.sign_out, name="sign-out"),
    path("affairs/", mine.switch, name="switch"),
    path("notices/", mine.notices, name="notices"),
    path("representations/", representations.powers, name="representations"),
    path("representations/<uuid:public_id>/revoke/", representations.revoke, name="representation-revoke"),
    path("requests/<uuid:public_id>/", requests.request_page, name="request"),
    path("requests/<uuid:public_id>/supplement/", requests.supplement, name="request-supplement"),
    path("requests/<uuid:public_id>/recall/", requests.recall, name="request-recall"),
    path("requests/<uuid:public_id>/letter/", requests.letter, name="request-letter"),
    path("records/<uuid:public_id>/", mine.record, name="record"),
]
