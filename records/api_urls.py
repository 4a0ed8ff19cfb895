from django.urls import path

from records import api

app_name = "department-api"
urlpatterns = [
    path("batches/", api.BatchListView.as_view(), name="batches"),
    path("batches/<uuid:public_id>/", api.BatchView.as_view(), name="batch"),
    path("batches/<uuid:public_id>/errors/", api.BatchErrorsView.as_view(), name="batch-errors"),
    path("batches/<uuid:public_id>/errors.xlsx", api.BatchErrorsFileView.as_view(), name="batch-errors-file"),
]
