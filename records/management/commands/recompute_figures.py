"""Compute a closed month again, as a further version beside the former, for a supervisor and with a reason."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from records.errors import Refused
from records.quality.services import recompute_month
from records.views.quality import parse_month


class Command(BaseCommand):
    help = "重算一个已定版月份的质量统计，存为下一版，前版保留"

    def add_arguments(self, parser):
        parser.add_argument("month", help="月份，如 2026-10")
        parser.add_argument("--by", required=True, help="监督员的账号")
        parser.add_argument("--reason", required=True, help="重算的原因")

    def handle(self, *, month: str, by: str, reason: str, **options):
        first, actor = parse_month(month), User.objects.filter(username=by, is_active=True).first()
        if first is None or actor is None:
            raise CommandError("月份请写作 2026-10，账号须为在用的监督员。", returncode=2)
        try:
            run = recompute_month(first, actor=actor, reason=reason, now=timezone.now())
        except Refused as refusal:
            raise CommandError(refusal.message, returncode=2) from refusal
        self.stdout.write(str(run))
