from django.urls import path

from sanctions import api

app_name = "checks-api"
urlpatterns = [
    path("checks/", api.ChecksView.as_view(), name="checks"),
    path("checks/<str:receipt_no>/", api.CheckView.as_view(), name="check"),
    path("matters/<str:code>/cases/", api.CasesView.as_view(), name="cases"),
    path("subscriptions/", api.SubscriptionsView.as_view(), name="subscriptions"),
    path("subscriptions/<uuid:public_id>/end/", api.SubscriptionEndView.as_view(), name="subscription-end"),
]
