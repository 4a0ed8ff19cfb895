"""The departments' API: send a batch, follow it, fetch what was sent back."""

import csv
import io

from django.db import transaction
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers, status
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from accounts.authentication import DepartmentTokenAuthentication, HasDepartmentToken
from deadlines.clock import today
from records import services, tasks
from records.models import Batch, RejectedRow
from records.returned import write_returned
from records.services.batches import item_in_force

PAGE = 500
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class BatchSerializer(serializers.ModelSerializer):
    id = serializers.UUIDField(source="public_id")
    item = serializers.CharField(source="item.code")
    errors_url = serializers.SerializerMethodField()

    class Meta:
        model = Batch
        fields = (
            "id",
            "item",
            "state",
            "code",
            "reason",
            "notes",
            "rows_total",
            "rows_accepted",
            "rows_unchanged",
            "rows_rejected",
            "created_at",
            "finished_at",
            "errors_url",
        )
        read_only_fields = fields

    def get_errors_url(self, batch) -> str:
        return reverse("department-api:batch-errors", args=[batch.public_id], request=self.context["request"])


class RowsSerializer(serializers.Serializer):
    item = serializers.CharField(help_text="目录项编码或中文名称，如“行政许可”")
    rows = serializers.ListField(
        child=serializers.DictField(), min_length=1, max_length=20000, help_text="每行为“字段代码或中文名称 → 值”"
    )


class UploadSerializer(serializers.Serializer):
    item = serializers.CharField(help_text="目录项编码或中文名称，如“行政许可”")
    file = serializers.FileField(help_text="CSV（UTF-8 或 GB18030）或 xlsx 文件")


class ProblemSerializer(serializers.Serializer):
    code = serializers.CharField()
    field = serializers.CharField()
    name = serializers.CharField()
    value = serializers.CharField()
    reason = serializers.CharField()
    advice = serializers.CharField()


class RejectedRowSerializer(serializers.Serializer):
    row = serializers.IntegerField(source="row_no", help_text="行号，与 Excel 所示一致")
    problems = ProblemSerializer(many=True)


class DepartmentAPIView(APIView):
    authentication_classes = [DepartmentTokenAuthentication]
    permission_classes = [HasDepartmentToken]

    def batch(self, public_id) -> Batch:
        """A batch of the token's own department; any other does not exist for this caller."""
        batches = Batch.objects.select_related("item", "department").filter(department=self.request.auth.department)
        return get_object_or_404(batches, public_id=public_id)


class BatchListView(DepartmentAPIView):
    parser_classes = [MultiPartParser, JSONParser]

    @extend_schema(
        operation_id="batches_create",
        tags=["部门报送"],
        request={"multipart/form-data": UploadSerializer, "application/json": RowsSerializer},
        parameters=[
            OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, description="同一键同一内容只办一次")
        ],
        responses={202: BatchSerializer, 422: OpenApiResponse(description="该键已用于另一份内容")},
    )
    def post(self, request):
        is_file = request.content_type.startswith("multipart/")
        form = (UploadSerializer if is_file else RowsSerializer)(data=request.data)
        form.is_valid(raise_exception=True)
        item = item_in_force(form.validated_data["item"], on=today())
        if is_file:
            upload = form.validated_data["file"]
            name, chunks = upload.name, upload.chunks()
        else:
            name, chunks = "", [rows_as_csv(item, form.validated_data["rows"])]
        batch = services.receive_batch(
            item=item,
            department=request.auth.department,
            source=Batch.Source.API,
            file_name=name,
            chunks=chunks,
            actor=request.user,
            idempotency_key=request.headers.get("Idempotency-Key", ""),
        )
        hurry(batch)
        body = BatchSerializer(batch, context={"request": request}).data
        location = reverse("department-api:batch", args=[batch.public_id], request=request)
        return Response(body, status=status.HTTP_202_ACCEPTED, headers={"Location": location})


class BatchView(DepartmentAPIView):
    @extend_schema(operation_id="batches_retrieve", tags=["部门报送"], responses=BatchSerializer)
    def get(self, request, public_id):
        return Response(BatchSerializer(self.batch(public_id), context={"request": request}).data)


class BatchErrorsView(DepartmentAPIView):
    @extend_schema(
        operation_id="batches_errors",
        tags=["部门报送"],
        parameters=[OpenApiParameter("after", int, description="上一页最后一行的行号")],
        responses=inline_serializer(
            "RejectedRows",
            {
                "count": serializers.IntegerField(),
                "next": serializers.URLField(allow_null=True),
                "results": RejectedRowSerializer(many=True),
            },
        ),
    )
    def get(self, request, public_id):
        batch = self.batch(public_id)
        after = request.query_params.get("after", "0")
        if not after.isdecimal():
            raise ParseError("after 应为行号。")
        rows = list(RejectedRow.objects.filter(batch=batch, row_no__gt=int(after)).order_by("row_no")[: PAGE + 1])
        url = reverse("department-api:batch-errors", args=[public_id], request=request)
        following = f"{url}?after={rows[PAGE - 1].row_no}" if len(rows) > PAGE else None
        results = RejectedRowSerializer(rows[:PAGE], many=True).data
        return Response({"count": batch.rows_rejected, "next": following, "results": results})


class BatchErrorsFileView(DepartmentAPIView):
    @extend_schema(operation_id="batches_errors_file", tags=["部门报送"], responses={(200, XLSX): bytes})
    def get(self, request, public_id):
        file = write_returned(self.batch(public_id), actor=request.user, today=today())
        return FileResponse(file, as_attachment=True, filename=f"{public_id}.xlsx", content_type=XLSX)


def hurry(batch: Batch) -> None:
    """Wake a worker once the batch is stored. If the broker is away the sweep finds the batch within seconds."""

    def wake() -> None:  # not a partial: what Django logs about a robust callback that fails is its name
        tasks.run_batch.delay(batch.pk)

    transaction.on_commit(wake, robust=True)


def rows_as_csv(item, rows: list[dict]) -> bytes:
    """JSON rows as the file they stand for, so that they go the same way as any file.

    Raises ParseError with the place.
    """
    names = {name: field.code for field in item.fields.all() for name in (field.code, field.name, *field.aliases)}
    codes = list(dict.fromkeys(names.values()))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(codes)
    for number, row in enumerate(rows, start=1):
        cells = {}
        for name, value in row.items():
            if name not in names:
                raise ParseError(f"第 {number} 行：不认识字段“{name[:40]}”。", code="unknown_field")
            cells[names[name]] = _text(number, name, value)
        writer.writerow([cells.get(code, "") for code in codes])
    return out.getvalue().encode()


def _text(number: int, name: str, value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool | float | dict | list):
        raise ParseError(f'第 {number} 行“{name}”：请以文本报送，例如 "12.50"。', code="text_expected")
    text = str(value)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ParseError(f"第 {number} 行“{name}”：含有不成对的代理字符。", code="lone_surrogate") from error
    if "\x00" in text:
        raise ParseError(f"第 {number} 行“{name}”：含有空字符。", code="control_character")
    return text
