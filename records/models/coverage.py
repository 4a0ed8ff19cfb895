"""覆盖面: how many of the people and organisations of a place the platform knows (国发〔2014〕21号二（三）)."""

from django.db import models
from django.db.models import Q


class CoverageBase(models.Model):
    """人口与组织基数: how many there are in a place, by a source that can be cited. Dated rows: a year, a new row."""

    region = models.ForeignKey(
        "accounts.Region", models.PROTECT, related_name="coverage_bases", verbose_name="行政区划"
    )
    year = models.PositiveSmallIntegerField("年度")
    adults = models.PositiveIntegerField("18 岁以上人口", null=True, blank=True)
    organisations = models.PositiveIntegerField("法人和其他组织", null=True, blank=True)
    source = models.CharField("来源", max_length=200, help_text="公报、年鉴或者文件的名称和日期。")

    class Meta:
        verbose_name = verbose_name_plural = "覆盖面基数"
        ordering = ["-year", "region"]
        constraints = [
            models.UniqueConstraint(fields=["region", "year"], name="one_coverage_base_a_year"),
            models.CheckConstraint(condition=Q(year__range=(2014, 2100)), name="coverage_base_has_a_year"),
            models.CheckConstraint(
                condition=Q(adults__isnull=False) | Q(organisations__isnull=False), name="coverage_base_says_something"
            ),
        ]

    def __str__(self):
        return f"{self.region} {self.year} 年"


class CoverageFigure(models.Model):
    """What is known of one place (none: outside the province, or unknown). All rows are counted in one statement."""

    region = models.OneToOneField(
        "accounts.Region", models.PROTECT, null=True, related_name="+", verbose_name="行政区划"
    )
    persons = models.PositiveIntegerField("自然人")
    persons_with_records = models.PositiveIntegerField("有信用记录的自然人")
    organisations = models.PositiveIntegerField("法人和其他组织")
    organisations_with_records = models.PositiveIntegerField("有信用记录的法人和其他组织")
    counted_at = models.DateTimeField("统计时间")

    class Meta:
        verbose_name = verbose_name_plural = "覆盖面统计"

    def __str__(self):
        return str(self.region or "省外或者未载明")
