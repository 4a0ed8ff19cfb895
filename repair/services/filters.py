"""A reviewer's own filters of the queue. A preference, not business: no line in the trail."""

from django.db import transaction

from accounts.models import User
from records.errors import Refused
from repair.models import SavedFilter
from repair.services.base import require_reviewer

MOST = 12


@transaction.atomic
def save_filter(*, actor: User, name: str, query: str, is_first: bool) -> SavedFilter:
    """Keep a filter under a name; the same name again changes it. Only one opens with the queue.

    Raises RightMissing, Refused: name_required, too_many_filters.
    """
    require_reviewer(actor)
    name = name.strip()
    if not name:
        raise Refused("请给筛选起一个名称。", code="name_required")
    own = SavedFilter.objects.select_for_update().filter(user=actor)
    if is_first:
        own.filter(is_first=True).exclude(name=name).update(is_first=False)
    if own.exclude(name=name).count() >= MOST:
        raise Refused(f"最多保存 {MOST} 个筛选，请先删除不用的。", code="too_many_filters")
    values = {"query": query, "is_first": is_first}
    return SavedFilter.objects.update_or_create(user=actor, name=name, defaults=values)[0]


@transaction.atomic
def drop_filter(*, actor: User, name: str) -> None:
    """Forget a filter of one's own; done twice changes nothing."""
    SavedFilter.objects.filter(user=actor, name=name).delete()
