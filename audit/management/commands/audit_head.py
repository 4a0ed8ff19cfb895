"""manage.py audit_head: sign the heads that are due; with --now also one for today's lines so far."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from audit import heads, sealing


class Command(BaseCommand):
    help = "签署到期的每日树根；--now 另为今天到此刻为止的行签署一个。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--now", action="store_true", help="不等零点，现在就签署")

    def handle(self, *args: object, **options: Any) -> None:
        signed = heads.sign_due_heads()
        if options["now"]:
            sealing.seal_all()
            signed += [head] if (head := heads.sign_head()) else []
        for head in signed:
            self.stdout.write(f"{head}，至 {head.until:%Y-%m-%d %H:%M}，{head.size} 行，根 {head.root}")
        if not signed:
            self.stdout.write("没有到期的树根。")
