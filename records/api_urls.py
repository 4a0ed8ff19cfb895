from django.urls import path

from records import api

app_name = "department-api"
urlpatterns = [
    path("batches/", api.BatchListView.as_view(), name="batches"),
    path("folders/", api.FolderView.as_view(), name="folders"),
    path("batches/<uuid:public_id>/", api.BatchView.as_view(), name="batch"),
    path("batches/<uuid:public_id>/commit/", api.BatchCommitView.as_view(), name="batch-commit"),
    path("batches/<uuid:public_id>/drop/", api.BatchDropView.as_view(), name="batch-drop"),
    path("batches/<uuid:public_id>/errors/", api.BatchErrorsView.as_view(), name="batch-errors"),
    path("batches/<uuid:public_id>/errors.xlsx", api.BatchErrorsFileView.as_view(), name="batch-errors-file"),
]
