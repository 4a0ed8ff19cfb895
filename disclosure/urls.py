"""Addresses of the portal, stable: they are printed on paper."""

from django.urls import path

from disclosure import rewards, views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("search/", views.search, name="search"),
    path("subjects/<str:code>/", views.subject, name="subject"),
    path("subjects/<str:code>/<str:item>/", views.subject_item, name="subject-item"),
    path("records/<uuid:public_id>/", views.record, name="record"),
    path("lists/", views.lists, name="lists"),
    path("lists/<str:code>/", views.listing, name="list"),
    path("law/", views.law, name="law"),
    path("law/catalogue.xlsx", views.law_workbook, name="law-workbook"),
    path("law/<str:code>/", views.item, name="item"),
    path("services/", views.services, name="services"),
    path("services/flows/", views.flows, name="flows"),
    path("services/supervision/", views.supervision, name="supervision"),
    path("services/finance/", rewards.finance, name="finance"),
    path("services/promotions/", rewards.promotions, name="promotions"),
    path("services/promotions/<uuid:public_id>/", rewards.promotion, name="promotion"),
    path("services/evaluation/", rewards.evaluation, name="evaluation"),
    path("about/", views.about, name="about"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("heads/", views.tree_heads, name="heads"),
    path("heads.json", views.tree_heads_file, name="heads-file"),
    path("receipts/", views.receipts, name="receipts"),
    path("receipts/<str:receipt_no>/", views.receipt, name="receipt"),
    path("clarifications/", views.clarifications, name="clarifications"),
    path("clarifications/<uuid:public_id>/", views.clarification, name="clarification"),
    path("guarantees/", views.guarantees, name="guarantees"),
]
