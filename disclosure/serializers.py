"""The shapes of the public read API. Kept apart from the departments' API: what is public is decided here alone."""

from rest_framework import serializers

from disclosure.redaction import redact


class SubjectSerializer(serializers.Serializer):
    name = serializers.CharField(source="legal_name")
    uscc = serializers.CharField(allow_null=True, help_text="统一社会信用代码；没有代码的主体为空")
    url = serializers.SerializerMethodField(help_text="门户页面地址")

    def get_url(self, subject) -> str:
        return self.context["request"].build_absolute_uri(subject.get_absolute_url())


class ItemCountSerializer(serializers.Serializer):
    item = serializers.CharField(source="item_code")
    name = serializers.CharField(source="item_name")
    count = serializers.IntegerField(source="total")


class SubjectDetailSerializer(SubjectSerializer):
    kind = serializers.CharField(source="get_kind_display", help_text="主体类别")
    region_code = serializers.CharField(help_text="登记地区划代码（GB/T 2260）")
    region = serializers.CharField(source="region_name", allow_null=True)
    records = serializers.SerializerMethodField(help_text="各事项公示中的记录数")

    def get_records(self, subject) -> list[dict]:
        return ItemCountSerializer(self.context["counts"], many=True).data


class RecordSerializer(serializers.Serializer):
    public_id = serializers.UUIDField()
    item = serializers.CharField(source="item_code", help_text="目录项编码")
    item_name = serializers.CharField()
    subject_name = serializers.CharField(help_text="自然人的姓名已隐去")
    subject = serializers.CharField(source="subject_code", allow_null=True, help_text="统一社会信用代码；自然人为空")
    document_no = serializers.SerializerMethodField()
    decided_on = serializers.DateField()
    displayed_from = serializers.DateField()
    displayed_until = serializers.DateField(help_text="公示的最后一日")
    title = serializers.SerializerMethodField()
    authority = serializers.CharField(help_text="作出决定的机关")
    department = serializers.CharField(source="department_name", help_text="报送部门")
    severity = serializers.CharField(help_text="失信程度：minor、general、serious 或空")
    reference_only = serializers.BooleanField(source="is_reference", help_text="仅供参考，不是公共信用信息")
    disputed = serializers.BooleanField(source="is_disputed", help_text="正在核查异议")
    repair_revoked_on = serializers.DateField(
        source="restored_on", allow_null=True, help_text="信用修复被撤销、恢复公示的日期；没有的为空"
    )
    values = serializers.SerializerMethodField(help_text="国家标准代码 → 内容")
    fields = serializers.SerializerMethodField("get_names", help_text="国家标准代码 → 字段中文名称")
    url = serializers.SerializerMethodField(help_text="门户页面地址")

    def get_document_no(self, record) -> str:
        return redact(record.document_no)

    def get_title(self, record) -> str:
        return redact(record.title)

    def get_values(self, record) -> dict[str, str]:
        return {field.code: redact(record.values[field.code]) for field in self._fields_of(record)}

    def get_names(self, record) -> dict[str, str]:
        return {field.code: field.name for field in self._fields_of(record)}

    def get_url(self, record) -> str:
        return self.context["request"].build_absolute_uri(record.get_absolute_url())

    def _fields_of(self, record):
        """The public fields this record has, in the catalogue's order, out of context["fields"]."""
        return [f for f in self.context["fields"] if f.item_id == record.item_id and f.code in record.values]


class _PageSerializer(serializers.Serializer):
    count = serializers.IntegerField(help_text="总数；1001 表示 1000 条以上")
    next = serializers.URLField(allow_null=True, help_text="下一页；最多 50 页")


class SubjectPageSerializer(_PageSerializer):
    results = SubjectSerializer(many=True)


class RecordPageSerializer(_PageSerializer):
    results = RecordSerializer(many=True)


class CatalogueEditionSerializer(serializers.Serializer):
    number = serializers.IntegerField(help_text="版本号")
    name = serializers.CharField()
    reason = serializers.CharField(help_text="修订说明")
    in_force_on = serializers.DateField(help_text="施行日期")
    superseded_on = serializers.DateField(allow_null=True, help_text="被下一版取代的日期")
    recomputes = serializers.BooleanField(help_text="施行时是否从短重算正在公示的记录")


class LawSerializer(serializers.Serializer):
    bases = serializers.ListField(child=serializers.DictField(), help_text="法律依据")
    items = serializers.ListField(child=serializers.DictField(), help_text="目录项，字段在 fields 中")
    rules = serializers.ListField(child=serializers.DictField(), help_text="公示期限，每个事项、每种失信程度一条")


class CatalogueSerializer(serializers.Serializer):
    format = serializers.CharField(help_text="credit-platform/catalogue/1")
    edition = CatalogueEditionSerializer()
    law = LawSerializer()
