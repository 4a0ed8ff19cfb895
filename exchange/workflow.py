"""States of a delivery to the national platform."""

from django.db.models import TextChoices


class DeliveryState(TextChoices):
    SENT = "sent", "已发出"
    UNKNOWN = "unknown", "结果待查"
    ANSWERED = "answered", "已答复"
    RELEASED = "released", "未送达"


class HandoverAction(TextChoices):
    PUBLISH = "publish", "公示"
    WITHDRAW = "withdraw", "撤下"


SENT, UNKNOWN = DeliveryState.SENT.value, DeliveryState.UNKNOWN.value
ANSWERED, RELEASED = DeliveryState.ANSWERED.value, DeliveryState.RELEASED.value
DELIVERY_OPEN = (SENT, UNKNOWN)
