"""manage.py audit_proof LINE FILE: that a line stands under a published head, for verify_audit.py anywhere."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit import heads
from audit.errors import NotYet
from audit.models import AuditEvent


class Command(BaseCommand):
    help = "为一条审计记录出具存在证明，可用 verify_audit.py 单独校验。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("line", type=int, help="审计记录编号")
        parser.add_argument("file", type=Path, help="写入的文件")

    def handle(self, *args: object, **options: Any) -> None:
        event = AuditEvent.objects.filter(pk=options["line"]).first()
        if event is None:
            raise CommandError(f"没有编号为 {options['line']} 的审计记录。")
        try:
            proof = heads.prove(event)
        except NotYet as later:
            raise CommandError(str(later)) from later
        options["file"].write_text(json.dumps(proof, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        self.stdout.write(f"已写入 {options['file']}，所在：第 {proof['head']['number']} 号树根。")
