"""The departments' API of the check: ask before a matter, read the receipt again, say how many cases there were."""

from datetime import date

from django.db import transaction
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response
from rest_framework.reverse import reverse

from catalogue.models import SubjectKind
from deadlines.clock import today
from records.api import DepartmentAPIView
from records.errors import Refused
from records.identity import PERSON_ID_KINDS
from records.services.readings import Reader
from records.services.special import Sought
from sanctions import bulk
from sanctions.checking import ID_CARD
from sanctions.models import Channel, Check, Force, Matter, MatterCases, Subscription, Tone, Verdict
from sanctions.services.checks import check_subject, read_check, register_cases
from sanctions.services.webhooks import end_subscription, subscribe

TAGS = ["应查必查"]
ONCE = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="同一键同一内容只核验一次，得到同一份回执"
)
MONTHS = 60
MONTH = r"^[0-9]{4}-(0[1-9]|1[0-2])$"


class SoughtSerializer(serializers.Serializer):
    """The subject as the counter has it before it."""

    kind = serializers.ChoiceField(SubjectKind.choices, help_text="主体类别")
    name = serializers.CharField(max_length=200, help_text="名称或者姓名，与号码一起核对")
    number = serializers.CharField(max_length=40, help_text="统一社会信用代码；自然人为证件号码")
    number_kind = serializers.ChoiceField(
        list(PERSON_ID_KINDS), required=False, default=ID_CARD, help_text="自然人的证件类型，默认身份证"
    )

    def validated(self) -> Sought:
        return Sought(**self.validated_data)


class AskSerializer(serializers.Serializer):
    subject = SoughtSerializer()
    matter = serializers.CharField(max_length=100, help_text="事项编码，如 XZXK；也可写中文名称")
    consent_no = serializers.CharField(
        max_length=100, required=False, default="", allow_blank=True, help_text="自然人授权书编号"
    )
    matter_no = serializers.CharField(
        max_length=100,
        required=False,
        default="",
        allow_blank=True,
        help_text="本部门的业务编号，不写个人信息；计入“已查”要填",
    )


# Made once: at two hundred requests a second, making the fields anew costs more than reading a request with them.
ASK = AskSerializer()


class HitSerializer(serializers.Serializer):
    list = serializers.CharField(help_text="名单")
    tone = serializers.ChoiceField(Tone.choices)
    authority = serializers.CharField(help_text="认定机关")
    document_no = serializers.CharField()
    decided_on = serializers.DateField()
    entered_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)
    as_responsible = serializers.BooleanField(help_text="因所负责的组织失信而涉及（33号（十四））")
    is_suspended = serializers.BooleanField(help_text="核查期间暂不执行")
    is_under_review = serializers.BooleanField(help_text="列入决定正在复议或者诉讼中")


class MeasureSerializer(serializers.Serializer):
    text = serializers.CharField(help_text="措施")
    force = serializers.ChoiceField(Force.choices)
    force_label = serializers.CharField()
    basis = serializers.CharField(help_text="依据", allow_blank=True)
    implementer = serializers.CharField()
    memorandum = serializers.CharField()
    condition = serializers.CharField(allow_blank=True)
    on_responsible = serializers.BooleanField()
    incentive = serializers.CharField(allow_blank=True)
    incentive_label = serializers.CharField(allow_blank=True)


class NoteSerializer(serializers.Serializer):
    code = serializers.CharField()
    text = serializers.CharField()


class ReceiptSerializer(serializers.Serializer):
    """What was answered, word for word as it is stored, with the digest that proves it."""

    receipt_no = serializers.CharField()
    verdict = serializers.ChoiceField(Verdict.choices)
    sentence = serializers.CharField(help_text="结论，一句话")
    as_of = serializers.DateTimeField(help_text="数据时点")
    matter = serializers.DictField(child=serializers.CharField())
    subject = serializers.DictField(child=serializers.CharField(allow_blank=True))
    notes = NoteSerializer(many=True)
    hits = HitSerializer(many=True)
    measures = MeasureSerializer(many=True, help_text="应当采取的措施")
    resting = MeasureSerializer(many=True, help_text="核查期间暂不执行的措施")
    incentives = MeasureSerializer(many=True, help_text="可以给予的激励")
    digest = serializers.CharField(help_text="答复的 SM3 摘要；前 8 位印在回执上")


class CasesSerializer(serializers.Serializer):
    month = serializers.RegexField(MONTH, help_text="月份，如 2026-11")
    count = serializers.IntegerField(min_value=0, max_value=10_000_000, help_text="该月办件量")
    source = serializers.CharField(
        max_length=200, required=False, default="", allow_blank=True, help_text="数据来源，如审批系统名称"
    )


class SubscriptionAskSerializer(serializers.Serializer):
    subject = SoughtSerializer()
    matter = serializers.CharField(max_length=100)
    url = serializers.CharField(max_length=500, help_text="接收地址，https:// 开头")
    reference = serializers.CharField(max_length=100, help_text="本部门的业务编号；自然人的通知只带这个编号")
    consent_no = serializers.CharField(max_length=100, required=False, default="", allow_blank=True)


class SubscriptionSerializer(serializers.ModelSerializer):
    id = serializers.UUIDField(source="public_id")
    matter = serializers.CharField(source="matter.code")

    class Meta:
        model = Subscription
        fields = ("id", "matter", "reference", "url", "created_at", "ended_at")
        read_only_fields = fields


class OpenedSerializer(SubscriptionSerializer):
    secret = serializers.CharField(help_text="签名密钥，只显示这一次")

    class Meta(SubscriptionSerializer.Meta):
        fields = (*SubscriptionSerializer.Meta.fields, "secret")


def matter_named(text: str) -> Matter:
    """A matter in use, by code or name. Raises Refused (matter_unknown)."""
    matter = bulk.matter_named(text)
    if matter is None or not matter.is_active:
        raise Refused("没有这一事项，或者已经停用。事项编码见接口说明。", code="matter_unknown")
    return matter


def told(check: Check) -> dict:
    return check.answer | {"digest": check.answer_digest}


ASKED = OpenApiExample(
    "核验一家企业",
    value={
        "subject": {"kind": "organisation", "name": "昆明五华示例茶业有限公司", "number": "9153010299000101XE"},
        "matter": "XZXK",
        "matter_no": "云示受〔2026〕118号",
    },
    request_only=True,
)
TOLD = OpenApiExample(
    "没有应当采取的措施",
    value={
        "receipt_no": "20261122-00017-K7M3X9Q2PAC",
        "verdict": "clear",
        "sentence": "没有查到本事项应当采取的措施。",
        "as_of": "2026-11-22T09:30:00+08:00",
        "matter": {"code": "XZXK", "name": "行政许可审批"},
        "subject": {
            "kind": "organisation",
            "name": "昆明五华示例茶业有限公司",
            "number": "9153010299000101XE",
            "held_name": "昆明五华示例茶业有限公司",
        },
        "notes": [],
        "hits": [],
        "measures": [],
        "resting": [],
        "incentives": [],
        "digest": "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
    },
    response_only=True,
)


class ChecksView(DepartmentAPIView):
    @extend_schema(
        operation_id="checks_create", tags=TAGS, request=AskSerializer, parameters=[ONCE], examples=[ASKED, TOLD],
        responses={201: ReceiptSerializer, 400: OpenApiResponse(description="号码有误、缺授权书编号等，不计入核验"),
                   422: OpenApiResponse(description="该键已用于另一次核验")},
    )  # fmt: skip
    def post(self, request):
        """Ask what has to be done about one subject before a matter."""
        asked = ASK.run_validation(request.data)
        check = check_subject(
            Sought(**asked["subject"]), matter_named(asked["matter"]), department=request.auth.department,
            actor=request.user, channel=Channel.API, consent_no=asked["consent_no"], matter_no=asked["matter_no"],
            key=request.headers.get("Idempotency-Key", "")[:255], today=today(),
        )  # fmt: skip
        location = reverse("checks-api:check", args=[check.receipt_no], request=request)
        return Response(told(check), status=status.HTTP_201_CREATED, headers={"Location": location})


class CheckView(DepartmentAPIView):
    @extend_schema(operation_id="checks_retrieve", tags=TAGS, responses=ReceiptSerializer)
    @transaction.atomic
    def get(self, request, receipt_no):
        """A receipt of one's own department, as it was answered then."""
        checks = Check.objects.select_related("matter", "subject").filter(department=request.auth.department)
        check = get_object_or_404(checks, receipt_no=receipt_no)
        read_check(check, reader=Reader(request.user))
        return Response(told(check))


class CasesView(DepartmentAPIView):
    @extend_schema(operation_id="cases_list", tags=TAGS, responses=CasesSerializer(many=True))
    def get(self, request, code):
        """What the department has said of a matter, the latest month first."""
        told = MatterCases.objects.filter(department=request.auth.department, matter=matter_named(code))
        return Response(
            [{"month": f"{each.month:%Y-%m}", "count": each.count, "source": each.source} for each in told[:MONTHS]]
        )

    @extend_schema(operation_id="cases_register", tags=TAGS, request=CasesSerializer, responses=CasesSerializer)
    def post(self, request, code):
        """How many cases of a matter the department handled in a month; sent again, the later figure stands."""
        form = CasesSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        year, month = map(int, form.validated_data["month"].split("-"))
        if year < 2000:
            raise Refused("请核对年份。", code="month_invalid")
        register_cases(
            matter_named(code), date(year, month, 1), form.validated_data["count"], department=request.auth.department,
            actor=request.user, channel=Channel.API, source=form.validated_data["source"], today=today(),
        )  # fmt: skip
        return Response(form.validated_data)


class SubscriptionsView(DepartmentAPIView):
    @extend_schema(
        operation_id="subscriptions_create", tags=TAGS, request=SubscriptionAskSerializer,
        responses={201: OpenedSerializer},
    )  # fmt: skip
    def post(self, request):
        """Hear when the verdict on a subject for a matter changes."""
        form = SubscriptionAskSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        asked = form.validated_data
        subscription, secret = subscribe(
            Sought(**asked["subject"]), matter_named(asked["matter"]), url=asked["url"], reference=asked["reference"],
            consent_no=asked["consent_no"], department=request.auth.department, actor=request.user, today=today(),
        )  # fmt: skip
        body = SubscriptionSerializer(subscription).data | {"secret": secret}
        return Response(body, status=status.HTTP_201_CREATED)


class SubscriptionEndView(DepartmentAPIView):
    @extend_schema(operation_id="subscriptions_end", tags=TAGS, request=None, responses=SubscriptionSerializer)
    def post(self, request, public_id):
        """Hear no more."""
        found = get_object_or_404(Subscription, department=request.auth.department, public_id=public_id)
        return Response(SubscriptionSerializer(end_subscription(found, actor=request.user)).data)
