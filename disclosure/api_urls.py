from django.urls import path

from disclosure import api

app_name = "public-api"
urlpatterns = [
    path("subjects/", api.SubjectListView.as_view(), name="subjects"),
    path("subjects/<str:uscc>/", api.SubjectView.as_view(), name="subject"),
    path("records/", api.RecordListView.as_view(), name="records"),
    path("catalogue/", api.CatalogueView.as_view(), name="catalogue"),
    path("catalogue/<str:code>/schema/", api.ItemSchemaView.as_view(), name="catalogue-schema"),
    path("records/<uuid:public_id>/", api.RecordView.as_view(), name="record"),
]
