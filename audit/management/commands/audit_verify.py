"""manage.py audit_verify: exit 0 when the trail is whole, 1 on any finding."""

import dataclasses
import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from audit import checkpoints
from audit.actions import Action
from audit.models import AuditEvent
from audit.services import record
from audit.verify import Report, verify

SHOWN = 50  # findings printed for people; the JSON has them all


class Command(BaseCommand):
    help = "校验审计日志：逐条重算，核对封存链与库外检查点。发现任何问题时以 1 退出。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="只输出 JSON")
        parser.add_argument("--public-key", action="store_true", help="只输出检查点的验签公钥（SM2，十六进制）")
        parser.add_argument("--checkpoint", type=Path, action="append", default=[], help="另存于别处的检查点文件")
        parser.add_argument("--heads", type=Path, help="从门户另存的每日树根（JSON）")
        parser.add_argument("--trusted-key", default="", help="别处保存的验签公钥；默认使用本平台的密钥")

    def handle(self, *args: object, **options: Any) -> None:
        if options["public_key"]:
            self.stdout.write(checkpoints.public_key())
            return
        published = _published(options["heads"]) if options["heads"] else {}
        report = verify(
            timezone.now(),
            outside=tuple(options["checkpoint"]),
            published=published,
            public_key=options["trusted_key"],
        )
        _record(report)
        self.stdout.write(_as_json(report) if options["json"] else _as_text(report))
        if not report.ok:
            raise SystemExit(1)


def _published(path: Path) -> dict[int, str]:
    try:
        return {head["number"]: head["hash"] for head in json.loads(path.read_text(encoding="utf-8"))["heads"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CommandError(f"另存的每日树根 {path} 无法读取。") from error


@transaction.atomic
def _record(report: Report) -> None:
    result = AuditEvent.Result.DONE if report.ok else AuditEvent.Result.REFUSED
    detail = {"seals": report.seals, "events": report.events, "findings": len(report.findings)}
    record(Action.LOG_VERIFIED, result=result, detail=detail)


def _as_json(report: Report) -> str:
    findings = [dataclasses.asdict(finding) | {"message": str(finding)} for finding in report.findings]
    counts = {name: getattr(report, name) for name in ("seals", "events", "pending", "checkpoints", "heads")}
    return json.dumps({"ok": report.ok, **counts, "findings": findings}, ensure_ascii=False, indent=1)


def _as_text(report: Report) -> str:
    lines = [
        f"封存 {report.seals} 批，已封存审计记录 {report.events} 条，待封存 {report.pending} 条，"
        f"检查点 {report.checkpoints} 个，每日树根 {report.heads} 个。"
    ]
    lines += [f"  {finding.code}：{finding}" for finding in report.findings[:SHOWN]]
    if len(report.findings) > SHOWN:
        lines.append(f"  另有 {len(report.findings) - SHOWN} 项，请用 --json 查看。")
    lines.append("审计日志完整。" if report.ok else f"发现 {len(report.findings)} 项问题，请保全现场并联系审计管理员。")
    return "\n".join(lines)
