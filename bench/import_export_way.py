"""django-import-export, written as its documentation shows. Imported only where it is installed.

Two ways: its usual one, which validates each row and reports what it changed, as an import from a department must;
and its bulk mode, which does neither.
"""

import time

import tablib
from django.core.exceptions import ValidationError
from import_export import fields, resources, widgets

from records.models import Batch, Identifier, Record, Subject


class Bulk(resources.ModelResource):
    """A row becomes a record; its subject is found by code, or made."""

    subject_name = fields.Field("subject_name", "行政相对人名称")
    document_no = fields.Field("document_no", "行政许可决定文书号")
    title = fields.Field("title", "行政许可决定文书名称")
    authority = fields.Field("authority", "许可机关")
    decided_on = fields.Field("decided_on", "许可决定日期", widgets.DateWidget("%Y/%m/%d"))
    displayed_until = fields.Field("displayed_until", "有效期至", widgets.DateWidget("%Y/%m/%d"))

    class Meta:
        model = Record
        fields = ("subject_name", "document_no", "title", "authority", "decided_on", "displayed_until")
        import_id_fields = ("document_no", "decided_on")
        use_bulk = True
        batch_size = 1000
        skip_diff = True

    def __init__(self, batch: Batch):
        super().__init__()
        self.batch = batch

    def before_save_instance(self, instance, row, **kwargs):
        batch, code = self.batch, row["行政相对人代码_1"]
        instance.item_id, instance.item_code = batch.item_id, batch.item.code
        instance.batch, instance.row_no = batch, 1
        instance.department_id = batch.department_id
        instance.values, instance.content_digest = dict(row), b"0" * 16
        instance.subject, made = Subject.objects.get_or_create(
            uscc=code,
            defaults={"kind": "organisation", "legal_name": row["行政相对人名称"], "name_key": row["行政相对人名称"],
                      "region_code": code[2:8]},
        )  # fmt: skip
        if made:
            Identifier.objects.create(subject=instance.subject, kind="uscc", lookup=code)


class Usual(Bulk):
    class Meta(Bulk.Meta):
        use_bulk = False
        skip_diff = False
        skip_unchanged = True
        report_skipped = True
        clean_model_instances = True

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        """The columns of the file; what the platform adds is put in after this step."""
        if import_validation_errors:
            raise ValidationError(import_validation_errors)
        added = {each.name for each in Record._meta.fields} - set(self.Meta.fields)
        instance.full_clean(exclude=added, validate_unique=validate_unique)


def import_rows(way: type[Bulk], batch: Batch, rows: list[dict[str, str]]) -> float:
    """Seconds for the rows, already read, as records of `batch`."""
    dataset = tablib.Dataset(*(tuple(row.values()) for row in rows), headers=list(rows[0]))
    start = time.perf_counter()
    result = way(batch).import_data(dataset, dry_run=False, raise_errors=True, use_transactions=True)
    seconds = time.perf_counter() - start
    assert not result.has_errors() and result.totals["new"] == len(rows), result.totals
    return seconds
