"""What one side has checked: a receipt, an opinion, a certificate, a subscription with a notice that was not taken."""

import uuid
from dataclasses import dataclass

from accounts.models import User
from credit_platform import demo
from records.models import Subject
from records.services.special import Sought
from sanctions import workflow
from sanctions.models import (
    Channel,
    Check,
    EligibilityCertificate,
    Matter,
    ReviewOpinion,
    Subscription,
    WebhookDelivery,
)
from sanctions.services import certify_clean, check_subject, register_cases, review_names, subscribe
from tests.conftest import TODAY


@dataclass
class Checked:
    check: Check
    opinion: ReviewOpinion
    certificate: EligibilityCertificate
    subscription: Subscription
    notice: WebhookDelivery

    @property
    def canaries(self) -> list[str]:
        public = (self.check, self.opinion, self.certificate, self.subscription)
        numbers = [self.check.receipt_no, self.opinion.number, self.certificate.receipt_no, str(self.notice.event_id)]
        return [str(each.public_id) for each in public] + numbers


def make_checked(clerk: User, organisation: Subject, word: str, number: int) -> Checked:
    """Asked through the same verbs as real work, about the side's own organisation and one nobody knows."""
    matter = Matter.objects.get(code="ZFCG")
    desk = {"department": clerk.department, "actor": clerk, "today": TODAY}
    known = Sought("organisation", organisation.legal_name, organisation.uscc)
    unknown = Sought("organisation", f"示例{word}无人公司", demo.make_uscc("530102", 740 + number))
    check = check_subject(known, matter, channel=Channel.PAGE, matter_no=f"{word}采〔2026〕1号", **desk)
    opinion = review_names(
        [(2, known), (3, unknown)], matter, file_name=f"{word}.csv", consent_no="", key=uuid.uuid4().hex, **desk
    )
    certificate = certify_clean(unknown, on=TODAY, consent_no="", **desk).certificate
    register_cases(matter, TODAY.replace(day=1), 10 + number, channel=Channel.PAGE, source=f"{word}系统", **desk)
    subscription, _ = subscribe(
        known, matter, url=f"https://hook{number}.example.com/", reference=f"{word}采〔2026〕1号", consent_no="", **desk
    )
    notice = WebhookDelivery.objects.create(
        subscription=subscription, payload={"event": "verdict.changed"}, state=workflow.DEAD, next_attempt_at=None,
        last_error=f"http_500：{word}",
    )  # fmt: skip
    return Checked(check, opinion, certificate, subscription, notice)
