"""Watch the drop folder, or look once for cron."""

import json
import time

from django.core.management.base import BaseCommand
from django.db import connection

from deadlines.clock import today
from records import inbox, services


class Command(BaseCommand):
    help = "看守收件箱 DATA_DIR/inbox：到齐的文件收进批次，回执写到 DATA_DIR/outbox；--once 只看一次"

    def add_arguments(self, parser):
        parser.add_argument("--once", action="store_true", help="只看一次，供定时任务使用")
        parser.add_argument("--quiet-seconds", type=float, default=10, help="文件多少秒没有变化即视为到齐")
        parser.add_argument("--every", type=float, default=5, help="每隔多少秒看一次")
        parser.add_argument("--keep-days", type=int, default=7, help="没有取走的回执和退回行保留几天")

    def handle(self, *, once: bool, quiet_seconds: float, every: float, keep_days: int, **options):
        while True:
            counts = services.carry_inbox(today=today(), quiet=quiet_seconds)
            counts["removed"] = inbox.clear_outbox(days=keep_days)
            if once or any(counts.values()):
                self.stdout.write(json.dumps(counts))
            if once:
                return
            connection.close_if_unusable_or_obsolete()
            time.sleep(every)
