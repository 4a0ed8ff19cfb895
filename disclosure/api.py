"""The public read API: what the portal shows, for programs. No account, no natural person without a document number."""

from datetime import date

from django.utils.decorators import method_decorator
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from catalogue.models import InformationItem
from catalogue.published import document, schema_of
from deadlines.clock import today
from disclosure import search
from disclosure.explaining import public_fields
from disclosure.models import PublicEdition, PublicRecord, PublicSubject
from disclosure.paging import Page, page_number, page_of
from disclosure.role import as_portal, unindexed
from disclosure.serializers import (
    CatalogueSerializer,
    RecordPageSerializer,
    RecordSerializer,
    SubjectDetailSerializer,
    SubjectPageSerializer,
    SubjectSerializer,
)
from records.errors import Refused

PAGE = OpenApiParameter("page", int, description="页码，每页 20 条，最多 50 页")
INVALID = OpenApiResponse(description="查询条件有误，见 code（application/problem+json）")
NOT_FOUND = OpenApiResponse(description="没有公示中的内容（application/problem+json）")
TAGS = ["公开查询"]


@method_decorator(unindexed, name="dispatch")
@method_decorator(as_portal, name="dispatch")
class PublicAPIView(APIView):
    permission_classes = [AllowAny]

    def answer(self, page: Page, results: list) -> Response:
        return Response({"count": page.count, "next": self.next_url(page), "results": results})

    def next_url(self, page: Page) -> str | None:
        """Built from what was understood: query strings are also sent as bare UTF-8."""
        if page.next_number is None:
            return None
        parameters = self.request.query_params.copy()
        parameters["page"] = page.next_number
        return f"{self.request.build_absolute_uri(self.request.path)}?{parameters.urlencode()}"

    def page_number(self) -> int:
        return page_number(self.request.query_params.get("page"))


class SubjectListView(PublicAPIView):
    @extend_schema(
        operation_id="public_subjects_list",
        summary="按名称或统一社会信用代码查找主体",
        tags=TAGS,
        parameters=[
            OpenApiParameter("q", str, required=True, description="名称中相连的两个字以上，或 18 位代码"),
            PAGE,
        ],
        responses={200: SubjectPageSerializer, 400: INVALID},
    )
    def get(self, request):
        query = search.understand(request.query_params.get("q", "").strip())
        page = page_of(search.find_subjects(query), self.page_number())
        subjects = PublicSubject.objects.defer("bigrams").in_bulk(page.rows)
        rows = [subjects[id] for id in page.rows if id in subjects]
        return self.answer(page, SubjectSerializer(rows, many=True, context={"request": request}).data)


class SubjectView(PublicAPIView):
    @extend_schema(
        operation_id="public_subjects_retrieve",
        summary="主体及其公示中的记录数",
        tags=TAGS,
        parameters=[OpenApiParameter("uscc", str, OpenApiParameter.PATH, description="统一社会信用代码")],
        responses={200: SubjectDetailSerializer, 404: NOT_FOUND},
    )
    def get(self, request, uscc):
        subject = search.find_subject(uscc)
        if subject is None:
            raise NotFound("没有这个代码的主体。")
        counts = PublicRecord.objects.counted_by_item([subject.pk]).order_by("item_code")
        context = {"request": request, "counts": counts}
        return Response(SubjectDetailSerializer(subject, context=context).data)


class RecordListView(PublicAPIView):
    @extend_schema(
        operation_id="public_records_list",
        summary="公示中的记录，新的在前",
        description="主体、事项、文书号至少给出一项。自然人的记录只能按完整的文书号查到。",
        tags=TAGS,
        parameters=[
            OpenApiParameter("subject", str, description="统一社会信用代码"),
            OpenApiParameter("item", str, description="目录项编码或中文名称，如“行政许可”"),
            OpenApiParameter("document_no", str, description="完整的文书号"),
            PAGE,
        ],
        responses={200: RecordPageSerializer, 400: INVALID},
    )
    def get(self, request):
        page = page_of(self.records().newest_first(), self.page_number())
        context = {"request": request, "fields": public_fields({r.item_id for r in page.rows}, on=today())}
        return self.answer(page, RecordSerializer(page.rows, many=True, context=context).data)

    def records(self):
        """The records asked for. Raises Refused (`filter_required`, `item_unknown`)."""
        asked = self.request.query_params
        subject, item, document_no = (asked.get(name, "").strip() for name in ("subject", "item", "document_no"))
        if not (subject or item or document_no):
            raise Refused("请至少给出 subject、item、document_no 中的一项。", code="filter_required")
        records = PublicRecord.objects.all()
        if document_no:
            search.refuse_identity_number(document_no)
            records = records.filter(document_no__in=search.document_numbers(document_no))
        else:
            records = records.about_organisations()
        if subject:
            found = search.find_subject(subject)
            records = records.filter(subject_id=found.pk) if found else records.none()
        return records.filter(item_code=_item_code(item)) if item else records


class RecordView(PublicAPIView):
    @extend_schema(
        operation_id="public_records_retrieve",
        summary="一条公示中的记录",
        tags=TAGS,
        responses={200: RecordSerializer, 404: NOT_FOUND},
    )
    def get(self, request, public_id):
        record = PublicRecord.objects.filter(public_id=public_id).first()
        if record is None:
            raise NotFound("没有正在公示的这条记录。")
        context = {"request": request, "fields": public_fields([record.item_id], on=today())}
        return Response(RecordSerializer(record, context=context).data)


ON = OpenApiParameter("on", date, description="某一天施行的目录，如 2026-01-01；不填为今天")


def edition_on(text: str) -> PublicEdition:
    """The edition in force on the day written, today by default. Raises Refused (`date_invalid`), NotFound."""
    try:
        day = date.fromisoformat(text) if text else today()
    except ValueError as error:
        raise Refused("日期应写作 2026-01-01。", code="date_invalid") from error
    edition = PublicEdition.objects.in_force(on=day)
    if edition is None:
        raise NotFound("这一天还没有施行的信息目录。")
    return edition


class CatalogueView(PublicAPIView):
    @extend_schema(
        operation_id="public_catalogue_retrieve",
        summary="信息目录：事项、字段与公开范围、公示期限、法律依据",
        description="各键含义见 docs/api.md，键名不变。law 部分可作为草案原样导入。",
        tags=TAGS,
        parameters=[ON],
        responses={200: CatalogueSerializer, 400: INVALID, 404: NOT_FOUND},
    )
    def get(self, request):
        return Response(document(edition_on(request.query_params.get("on", "").strip())))


class ItemSchemaView(PublicAPIView):
    @extend_schema(
        operation_id="public_catalogue_schema",
        summary="一个事项报送一行的 JSON Schema",
        tags=TAGS,
        parameters=[OpenApiParameter("code", str, OpenApiParameter.PATH, description="目录项编码或中文名称"), ON],
        responses={200: OpenApiTypes.OBJECT, 400: INVALID, 404: NOT_FOUND},
    )
    def get(self, request, code):
        schema = schema_of(edition_on(request.query_params.get("on", "").strip()).law, code)
        if schema is None:
            raise NotFound("没有这个信息目录项。")
        return Response(schema)


def _item_code(code_or_name: str) -> str:
    code = InformationItem.objects.named(code_or_name).values_list("code", flat=True).first()
    if code is None:
        raise Refused("没有这个信息目录项。", code="item_unknown")
    return code
