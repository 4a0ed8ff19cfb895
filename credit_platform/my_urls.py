"""What a subject finds about itself and asks for, below /my/; and how a case stands, for who holds its receipt.

Everything below /my/ but the door is `applicant_required`.
"""

from django.urls import include, path

from repair.views import applying, mine, progress, representations, requests, signing_in

app_name = "my"
MINE = [
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
    path("records/<uuid:public_id>/<str:kind>/", applying.apply, name="apply"),
    path("listings/<uuid:public_id>/<str:kind>/", applying.apply_listing, name="apply-listing"),
    path("complaint/", applying.complaint, name="complaint"),
    path("drafts/<uuid:public_id>/", applying.draft_check, name="draft-check"),
    path("drafts/<uuid:public_id>/drop/", applying.draft_drop, name="draft-drop"),
    path("requests/<uuid:public_id>/receipt/", applying.receipt, name="receipt"),
]
urlpatterns = [path("my/", include(MINE)), path("progress/", progress.progress, name="progress")]
