"""The one place that knows what day it is. Only edges (views, tasks, commands) call it; verbs take the date."""

import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

BEIJING = ZoneInfo("Asia/Shanghai")


def today() -> datetime.date:
    """The rehearsed date (settings.TODAY) or the date in Beijing; in SQL platform_today() gives the same answer."""
    return settings.TODAY or datetime.datetime.now(BEIJING).date()
