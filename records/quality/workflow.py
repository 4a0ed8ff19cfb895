"""The states of a bulletin, and the only way between them."""

from django.db.models import TextChoices

from records.workflow import TransitionRefused


class BulletinState(TextChoices):
    DRAFT = "draft", "草稿"
    ISSUED = "issued", "已印发"


DRAFT, ISSUED = BulletinState.DRAFT.value, BulletinState.ISSUED.value

TRANSITIONS = {
    (DRAFT, "issue"): (ISSUED, "拟稿与印发不由同一人办理（GB/T 22239 8.1.5）"),
}

# (state, action) → what the action is called, and who takes it. Pages take their words from here.
WORDS = {(DRAFT, "issue"): ("印发", "监督员（不得为拟稿人）")}


def next_state(state: str, action: str) -> str:
    """The state after `action`. Raises TransitionRefused."""
    try:
        return TRANSITIONS[state, action][0]
    except KeyError as error:
        raise TransitionRefused(state, action) from error
