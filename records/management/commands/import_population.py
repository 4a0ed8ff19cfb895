"""Take in the population library of a place: subjects and identifiers, no records."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Region
from deadlines.clock import today
from records import services
from records.reading.messages import FileRefused


class Command(BaseCommand):
    help = "导入一个地区的人口信息资源库（CSV 或 Excel：姓名、证件类型、证件号码），只建档，不产生信用记录；可重复执行"

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--region", required=True, help="人口库所属的行政区划代码，如 530102")

    def handle(self, *, file: Path, region: str, **options):
        place = Region.objects.filter(code=region).first()
        if place is None:
            raise CommandError(f"没有行政区划“{region}”。", returncode=2)
        if not file.is_file():
            raise CommandError("没有这个文件。", returncode=2)
        try:
            counted = services.import_population(file, region=place, today=today())
        except FileRefused as refusal:
            raise CommandError(refusal.reason, returncode=2) from refusal
        services.count_coverage()
        self.stdout.write(json.dumps(counted, ensure_ascii=False))
