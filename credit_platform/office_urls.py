"""The office. Everything but the door goes through `inside`, so no page can forget who may come in."""

from django.urls import path

from accounts import views as door
from catalogue import views as catalogue
from credit_platform import office
from credit_platform.office import inside
from exchange import views as exchange
from records.views import batches, changes, entry, erasures, records, special, subjects, templates

app_name = "office"
urlpatterns = [
    path("sign-in/", door.sign_in, name="sign-in"),
    path("sign-out/", door.sign_out, name="sign-out"),
    path("password/", inside(door.change_password), name="password"),
    path("", inside(office.home), name="home"),
    path("batches/", inside(batches.batch_list), name="batches"),
    path("batches/new/", inside(batches.new_batch), name="batch-new"),
    path("batches/<uuid:public_id>/", inside(batches.batch), name="batch"),
    path("batches/<uuid:public_id>/progress/", inside(batches.progress), name="batch-progress"),
    path("batches/<uuid:public_id>/returned.xlsx", inside(batches.returned), name="batch-returned"),
    path("batches/<uuid:public_id>/cancel/", inside(batches.cancel), name="batch-cancel"),
    path("templates/<str:code>.xlsx", inside(templates.template), name="template"),
    path("records/", inside(records.record_list), name="records"),
    path("records/export.csv", inside(records.export), name="records-export"),
    path("records/new/", inside(entry.choose_item), name="record-new"),
    path("records/new/<str:code>/", inside(entry.enter), name="record-entry"),
    path("records/<uuid:public_id>/", inside(records.record), name="record"),
    path("records/<uuid:public_id>/withdraw/", inside(changes.withdraw), name="record-withdraw"),
    path("records/<uuid:public_id>/correct/", inside(changes.correct), name="record-correct"),
    path("records/<uuid:public_id>/erase/", inside(erasures.ask), name="record-erase"),
    path("changes/", inside(changes.change_list), name="changes"),
    path("changes/approve/", inside(changes.approve_many), name="changes-approve"),
    path("changes/<uuid:public_id>/", inside(changes.change), name="change"),
    path("changes/<uuid:public_id>/decide/", inside(changes.decide), name="change-decide"),
    path("changes/<uuid:public_id>/cancel/", inside(changes.cancel), name="change-cancel"),
    path("erasures/", inside(erasures.erasure_list), name="erasures"),
    path("erasures/<uuid:public_id>/", inside(erasures.erasure), name="erasure"),
    path("erasures/<uuid:public_id>/decide/", inside(erasures.decide), name="erasure-decide"),
    path("subjects/<uuid:public_id>/", inside(subjects.subject), name="subject"),
    path("subjects/<uuid:public_id>/reveal/", inside(subjects.reveal), name="subject-reveal"),
    path("subjects/<uuid:public_id>/rename/", inside(subjects.rename), name="subject-rename"),
    path("refusals/", inside(exchange.refusal_list), name="refusals"),
    path("refusals/<uuid:public_id>/resend/", inside(exchange.resend), name="refusal-resend"),
    path("special-queries/", inside(special.query_list), name="special-queries"),
    path("special-queries/new/", inside(special.new_query), name="special-query-new"),
    path("special-queries/<uuid:public_id>/", inside(special.query), name="special-query"),
    path("special-queries/<uuid:public_id>/decide/", inside(special.decide), name="special-query-decide"),
    path("special-queries/<uuid:public_id>/drop/", inside(special.drop), name="special-query-drop"),
    path("special-queries/<uuid:public_id>/read/", inside(special.read), name="special-query-read"),
    path("catalogue/", inside(catalogue.item_list), name="catalogue"),
    path("catalogue/<str:code>/", inside(catalogue.item), name="catalogue-item"),
    path("styleguide/", inside(office.styleguide), name="styleguide"),
]
