"""Import a file from the command line: the same way as an upload, carried to its end."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Department, User
from deadlines.clock import today
from records import services, workflow
from records.errors import Refused
from records.models import Batch
from records.services.batches import item_in_force
from records.workflow import Commit, Policy

CHUNK = 1 << 20


class Command(BaseCommand):
    help = "导入一个报送文件，以 JSON 打印结果；入库或等待确认时退出码为 0，退回时为 2"

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--item", required=True, help="目录项编码或中文名称")
        parser.add_argument("--department", required=True, help="部门编码、名称或统一社会信用代码")
        parser.add_argument("--commit", default="", choices=Commit.values, help="auto 直接入库（默认），preview 先预览")
        parser.add_argument("--policy", default="", choices=Policy.values, help="不合格行的做法；默认为部门的报送设置")
        parser.add_argument("--user", default="", help="经办人用户名；默认为该部门第一位在用的经办人")

    def handle(self, *, file: Path, item: str, department: str, user: str, commit: str, policy: str, **options):
        unit = Department.objects.named(department).first()
        if unit is None:
            raise CommandError(f"没有部门“{department}”。", returncode=2)
        actor = self._actor(unit, user)
        if not file.is_file():
            raise CommandError(f"没有文件“{file}”。", returncode=2)
        try:
            batch = self._receive(file, item, unit, actor, commit, policy)
        except Refused as refusal:
            raise CommandError(refusal.message, returncode=2) from refusal
        services.run_batch(batch.pk, today=today())
        batch.refresh_from_db()
        self.stdout.write(json.dumps(summary(batch), ensure_ascii=False, indent=2))
        if batch.state not in (workflow.COMMITTED, workflow.PREVIEWED):
            raise SystemExit(2)

    def _receive(self, file: Path, item: str, unit: Department, actor: User, commit: str, policy: str) -> Batch:
        with file.open("rb") as content:
            return services.receive_batch(
                item=item_in_force(item, on=today()),
                department=unit,
                source=Batch.Source.COMMAND,
                file_name=file.name,
                chunks=iter(lambda: content.read(CHUNK), b""),
                actor=actor,
                commit=commit,
                policy=policy,
            )

    def _actor(self, unit: Department, username: str) -> User:
        staff = unit.staff.filter(is_active=True, role="clerk").order_by("pk")
        actor = staff.filter(username=username).first() if username else staff.first()
        if actor is None:
            raise CommandError(f"{unit} 没有可用的经办人，无法记录由谁报送。", returncode=2)
        return actor


def summary(batch: Batch) -> dict:
    """What the API says of a batch, without addresses."""
    names = ("state", "code", "reason", "rows_total", "rows_accepted", "rows_unchanged", "rows_rejected")
    return {"id": str(batch.public_id), "item": batch.item.code} | {name: getattr(batch, name) for name in names}
