"""The states of a delivery to the national platform, and the only ways between them."""

from django.db.models import TextChoices

from records.workflow import SYSTEM, TransitionRefused


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

LINKED = "国发〔2016〕33号（十八）：与全国信用信息共享平台互联互通"
UNCERTAIN = "结果不明的先查询，不重复报送"

# (state, action) → next state, with the rule it comes from.
TRANSITIONS = {
    (SENT, "answer"): (ANSWERED, LINKED),
    (SENT, "postpone"): (UNKNOWN, UNCERTAIN),
    (UNKNOWN, "postpone"): (UNKNOWN, UNCERTAIN),
    (UNKNOWN, "answer"): (ANSWERED, LINKED),
    (SENT, "release"): (RELEASED, "确认没有送达的重新排队"),
}
# (state, action) → what the action is called, and who takes it. Pages take their words from here.
WORDS = {
    (SENT, "answer"): ("登记答复", SYSTEM),
    (SENT, "postpone"): ("留待查询", SYSTEM),
    (UNKNOWN, "postpone"): ("继续查询", SYSTEM),
    (UNKNOWN, "answer"): ("登记答复", SYSTEM),
    (SENT, "release"): ("重新排队", SYSTEM),
}


def next_state(state: str, action: str) -> str:
    """The state after `action`. Raises TransitionRefused."""
    try:
        return TRANSITIONS[state, action][0]
    except KeyError as error:
        raise TransitionRefused(state, action) from error
