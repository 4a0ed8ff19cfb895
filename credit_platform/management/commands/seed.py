"""Load what the platform needs to know before anyone works with it."""

from django.core.management.base import BaseCommand

import accounts.services
import audit.review
import catalogue.services
import deadlines.services
import repair.services.seeding
import sanctions.services.matters_seed
import sanctions.services.seeding
from sanctions.services.memoranda_seed import seed_memoranda
from sanctions.services.templates import seed_templates


class Command(BaseCommand):
    help = "载入平台运行所需的区划、部门、目录、期限、名单、备忘录和事项（可重复执行，不覆盖人工修改）"

    def handle(self, **options):
        for seed in (
            accounts.services.seed,
            deadlines.services.seed,
            catalogue.services.seed,
            audit.review.seed,
            sanctions.services.matters_seed.seed,
            sanctions.services.seeding.seed,
            seed_memoranda,
            seed_templates,
            repair.services.seeding.seed,
        ):
            self.stdout.write("，".join(f"{name} {count}" for name, count in seed().items()))
