"""Take in rows of a list that the national platform or another province keeps, as what they are (F043)."""

import json
from collections.abc import Iterator
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Department
from deadlines.clock import today
from sanctions import services
from sanctions.models import Origin

SOURCES = (Origin.NATIONAL.value, Origin.PROVINCE.value)


class Command(BaseCommand):
    help = (
        "接收国家平台或者其他省份推送的名单（每行一个 JSON：ref、list、kind、name、number、document_no、decided_on、"
        "authority、facts，可有 number_kind、until、removed_on），打印各种结果的行数；可重复执行"
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", required=True, choices=SOURCES, help="national 国家平台，province 其他省份")
        parser.add_argument("--department", required=True, help="由哪个部门保管：编码、名称或统一社会信用代码")

    def handle(self, *, file: Path, source: str, department: str, **options):
        unit = Department.objects.named(department).first()
        if unit is None:
            raise CommandError(f"没有部门“{department}”。", returncode=2)
        if not file.is_file():
            raise CommandError("没有这个文件。", returncode=2)
        counts = services.accept_inbound(Origin(source), _rows(file), department=unit, today=today())
        self.stdout.write(json.dumps(dict(sorted(counts.items())), ensure_ascii=False))


def _rows(file: Path) -> Iterator[dict[str, str]]:
    """A line that is no JSON object becomes an empty row, so that it is counted and told."""
    with file.open(encoding="utf-8") as lines:
        for line in filter(str.strip, lines):
            try:
                row = json.loads(line)
            except ValueError:
                row = {}
            yield row if isinstance(row, dict) else {}
