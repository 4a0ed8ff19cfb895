"""The departments' API: send a batch, follow it, fetch what was sent back."""

from django.db import transaction
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
    inline_serializer,
)
from rest_framework import serializers, status
from rest_framework.exceptions import ParseError
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from accounts.authentication import DepartmentTokenAuthentication, HasDepartmentToken
from deadlines.clock import today
from records import services, tasks, workflow
from records.jsonrows import ExactJSONParser, as_lines
from records.models import Batch, Preview, RejectedRow
from records.returned import write_returned
from records.services.batches import item_in_force

PAGE = 500
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class PreviewSerializer(serializers.ModelSerializer):
    digest = serializers.CharField(source="outcome_digest", help_text="确认时须原样带回")
    rows_returned = serializers.IntegerField(help_text="将退回的行")

    class Meta:
        model = Preview
        fields = (
            "digest",
            "rows_total",
            "rows_new",
            "rows_changed",
            "rows_unchanged",
            "rows_returned",
            "rows_shown",
            "rows_ended",
            "doubtful",
            "changes",
            "is_renewed",
            "decide_until",
        )
        read_only_fields = fields


class BatchSerializer(serializers.ModelSerializer):
    id = serializers.UUIDField(source="public_id")
    item = serializers.CharField(source="item.code")
    errors_url = serializers.SerializerMethodField()
    preview = serializers.SerializerMethodField()

    class Meta:
        model = Batch
        fields = (
            "id",
            "item",
            "state",
            "commit",
            "policy",
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
            "preview",
        )
        read_only_fields = fields

    @extend_schema_field(PreviewSerializer(allow_null=True))
    def get_preview(self, batch) -> dict | None:
        """What waits for a decision; null in every other state."""
        return PreviewSerializer(batch.preview).data if batch.state == workflow.PREVIEWED else None

    def get_errors_url(self, batch) -> str:
        return reverse("department-api:batch-errors", args=[batch.public_id], request=self.context["request"])


class AgreedSerializer(serializers.Serializer):
    """How the batch goes in. What is left out is as the department has set it."""

    commit = serializers.ChoiceField(
        workflow.Commit.choices, required=False, default="", help_text="auto 检查后直接入库，preview 先预览、确认后入库"
    )
    policy = serializers.ChoiceField(
        workflow.Policy.choices,
        required=False,
        default="",
        help_text="good_rows 合格的先入库，all_or_nothing 有一行不合格就整批退回",
    )


class RowsSerializer(AgreedSerializer):
    item = serializers.CharField(help_text="目录项编码或中文名称，如“行政许可”")
    rows = serializers.ListField(
        child=serializers.DictField(), min_length=1, max_length=20000, help_text="每行为“字段代码或中文名称 → 值”"
    )


class FolderSerializer(AgreedSerializer):
    item = serializers.CharField(
        required=False, default="", help_text="目录项编码或中文名称；不写时按文件名、目录名或表头识别"
    )
    file = serializers.FileField(help_text="zip 压缩包，内为 .xlsx 或 .csv 文件")


class DecisionSerializer(serializers.Serializer):
    preview = serializers.CharField(help_text="所核对的预览的 digest")
    policy = serializers.ChoiceField(workflow.Policy.choices, required=False, default="")


class UploadSerializer(AgreedSerializer):
    item = serializers.CharField(help_text="目录项编码或中文名称，如“行政许可”")
    file = serializers.FileField(help_text="CSV（UTF-8 或 GB18030）或 xlsx 文件")


class ProblemSerializer(serializers.Serializer):
    code = serializers.CharField()
    field = serializers.CharField()
    name = serializers.CharField()
    value = serializers.CharField()
    reason = serializers.CharField()
    advice = serializers.CharField()
    column = serializers.CharField(required=False, help_text="列号，与 Excel 所示一致；JSON 行没有列号")


class RejectedRowSerializer(serializers.Serializer):
    row = serializers.IntegerField(source="row_no", help_text="行号，与 Excel 所示一致")
    problems = ProblemSerializer(many=True)


class DepartmentAPIView(APIView):
    authentication_classes = [DepartmentTokenAuthentication]
    permission_classes = [HasDepartmentToken]

    def batch(self, public_id) -> Batch:
        """A batch of the token's own department; any other does not exist for this caller."""
        batches = Batch.objects.select_related("item", "department", "preview").filter(
            department=self.request.auth.department
        )
        return get_object_or_404(batches, public_id=public_id)


IDEMPOTENCY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, description="同一键同一内容只办一次")


class BatchListView(DepartmentAPIView):
    parser_classes = [MultiPartParser, ExactJSONParser]

    @extend_schema(
        operation_id="batches_create",
        tags=["部门报送"],
        request={"multipart/form-data": UploadSerializer, "application/json": RowsSerializer},
        parameters=[IDEMPOTENCY],
        responses={202: BatchSerializer, 422: OpenApiResponse(description="该键已用于另一份内容")},
    )
    def post(self, request):
        is_file = request.content_type.startswith("multipart/")
        form = (UploadSerializer if is_file else RowsSerializer)(data=request.data)
        form.is_valid(raise_exception=True)
        sent = form.validated_data
        item = item_in_force(sent["item"], on=today())
        if is_file:
            name, chunks = sent["file"].name, sent["file"].chunks()
        else:
            name, chunks = "", [as_lines(item, sent["rows"])]
        batch = services.receive_from(
            request.auth.system,
            services.receive_batch,
            item=item,
            department=request.auth.department,
            source=Batch.Source.API,
            file_name=name,
            chunks=chunks,
            actor=request.user,
            idempotency_key=request.headers.get("Idempotency-Key", ""),
            commit=sent["commit"],
            policy=sent["policy"],
            is_json_lines=not is_file,
        )
        hurry(batch)
        body = BatchSerializer(batch, context={"request": request}).data
        location = reverse("department-api:batch", args=[batch.public_id], request=request)
        return Response(body, status=status.HTTP_202_ACCEPTED, headers={"Location": location})


class FolderView(DepartmentAPIView):
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="folders_create",
        tags=["部门报送"],
        request={"multipart/form-data": FolderSerializer},
        parameters=[IDEMPOTENCY],
        responses={202: BatchSerializer(many=True), 422: OpenApiResponse(description="该键已用于另一份内容")},
    )
    def post(self, request):
        """One upload, one batch for each file inside."""
        form = FolderSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        sent = form.validated_data
        batches = services.receive_from(
            request.auth.system,
            services.receive_folder,
            department=request.auth.department,
            source=Batch.Source.API,
            file=sent["file"].file,
            actor=request.user,
            today=today(),
            item=item_in_force(sent["item"], on=today()) if sent["item"] else None,
            idempotency_key=request.headers.get("Idempotency-Key", ""),
            commit=sent["commit"],
            policy=sent["policy"],
        )
        for batch in batches:
            hurry(batch)
        body = BatchSerializer(batches, many=True, context={"request": request}).data
        return Response(body, status=status.HTTP_202_ACCEPTED)


class BatchCommitView(DepartmentAPIView):
    @extend_schema(
        operation_id="batches_commit",
        tags=["部门报送"],
        request=DecisionSerializer,
        responses={202: BatchSerializer, 409: OpenApiResponse(description="预览已经更新，或批次已不在等待确认")},
    )
    def post(self, request, public_id):
        """Commit what was previewed."""
        batch = self.batch(public_id)
        form = DecisionSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        decided = services.commit_batch(
            batch,
            actor=request.user,
            policy=form.validated_data["policy"] or batch.policy,
            seen=form.validated_data["preview"],
        )
        hurry(decided)
        body = BatchSerializer(self.batch(public_id), context={"request": request}).data
        return Response(body, status=status.HTTP_202_ACCEPTED)


class BatchDropView(DepartmentAPIView):
    @extend_schema(operation_id="batches_drop", tags=["部门报送"], request=None, responses=BatchSerializer)
    def post(self, request, public_id):
        """Drop what was previewed."""
        services.drop_batch(self.batch(public_id), actor=request.user)
        return Response(BatchSerializer(self.batch(public_id), context={"request": request}).data)


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
