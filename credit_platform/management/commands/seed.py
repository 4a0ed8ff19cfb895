"""Load what the platform needs to know before anyone works with it."""

from django.core.management.base import BaseCommand

import accounts.services
import audit.review
import catalogue.services
import deadlines.services
from sanctions.services.templates import seed_templates


class Command(BaseCommand):
    help = "载入行政区划、部门、信息目录、公示期限、工作日历、法定期限和查阅规则（可重复执行，不覆盖人工修改）"

    def handle(self, **options):
        foundations = (accounts.services.seed, deadlines.services.seed, catalogue.services.seed, audit.review.seed)
        for seed in (*foundations, seed_templates):
            self.stdout.write("，".join(f"{name} {count}" for name, count in seed().items()))
