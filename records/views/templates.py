"""The Excel template of an item: text cells, lists to choose from, one example row that the import skips."""

import io

from django.http import FileResponse, Http404
from django.views.decorators.http import require_safe

from catalogue.models import FieldRole, FieldType, ItemField
from deadlines.clock import today
from records.api import XLSX
from records.checking import RowChecker
from records.errors import ItemNotInForce
from records.forms import help_of
from records.reading.export import write_template_xlsx
from records.services.batches import item_in_force

EXAMPLES = {
    FieldRole.SUBJECT_NAME: "云南示例科技有限公司",
    FieldRole.USCC: "91530100990000017A",
    FieldRole.DOCUMENT_NO: "云示字〔2026〕0001号",
}
AS_TEXT = (FieldType.USCC, FieldType.ORGANISATION_CODE, FieldType.ID_NUMBER)


@require_safe
def template(request, code):
    try:
        item = item_in_force(code, on=today())
    except ItemNotInForce as error:
        raise Http404 from error
    fields = list(item.fields.order_by("seq"))
    out = io.BytesIO()
    write_template_xlsx(
        out,
        RowChecker(item, fields, [], sources=set(), today=today()).columns(),
        {field.code: field.values for field in fields if field.values},
        example={field.code: _example(field) for field in fields},
        hints={field.code: _hint(field, fields) for field in fields},
    )
    out.seek(0)
    return FileResponse(out, as_attachment=True, filename=f"{item.name}填报模板.xlsx", content_type=XLSX)


def _example(field: ItemField) -> str:
    if field.role in EXAMPLES:
        return EXAMPLES[field.role]
    if field.type == FieldType.DATE:
        return "2026/11/03"
    return field.values[0] if field.values else ""


def _hint(field: ItemField, fields: list[ItemField]) -> str:
    hint = help_of(field, fields)
    if field.type == FieldType.DATE:
        hint = f"如 2026/11/03。{hint}"
    return f"请保持文本格式。{hint}" if field.type in AS_TEXT else hint
