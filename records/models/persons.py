"""Persons in their occupations."""

from django.db import models

from records.models.subjects import Subject
from records.querysets import OfItemQuerySet


class Certificate(models.Model):
    """执业资格: a person's licence to practise. A view over the records of the item: it cannot say more."""

    subject = models.ForeignKey(Subject, models.DO_NOTHING, related_name="certificates")
    department = models.ForeignKey("accounts.Department", models.DO_NOTHING, related_name="+")
    item = models.ForeignKey("catalogue.InformationItem", models.DO_NOTHING, related_name="+")
    record_id = models.UUIDField()
    occupation = models.CharField("职业", max_length=60)
    number = models.CharField("执业证号", max_length=128)
    authority = models.TextField("发证机关")
    workplace = models.CharField("执业机构", max_length=200)
    issued_on = models.DateField("发证日期")
    valid_until = models.DateField("有效期至")
    status = models.CharField("证书状态", max_length=10)

    objects = OfItemQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "records_certificate"
        default_permissions = ()
        verbose_name = verbose_name_plural = "执业资格"
        ordering = ["occupation", "-issued_on"]

    def __str__(self):
        return self.occupation
