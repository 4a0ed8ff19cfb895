"""The reviewers' queue, below /admin/ and before the admin site. Everything goes through `inside`."""

from django.urls import path

from credit_platform.office import inside
from repair.views import casework, queue

app_name = "cases"
urlpatterns = [
    path("", inside(queue.queue), name="queue"),
    path("act/", inside(queue.act), name="act"),
    path("distribute/", inside(queue.distribute), name="distribute"),
    path("workload/", inside(queue.workload), name="workload"),
    path("filters/save/", inside(queue.save_filter), name="filter-save"),
    path("filters/drop/", inside(queue.drop_filter), name="filter-drop"),
    path("<uuid:public_id>/", inside(casework.case), name="case"),
    path("<uuid:public_id>/<slug:step>/", inside(casework.step), name="step"),
]
