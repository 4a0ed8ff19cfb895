"""Ask the database, and the national platform, whether anything was lost or doubled.

For operators, and after every fault.
"""

import json
import urllib.request

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection

from exchange.client import NationalPlatform
from exchange.messages import Result, RowStatus

# Each query lists what contradicts the sentence; an empty answer is what we want.
INVARIANTS = {
    "批次入库行数等于接收、无变化、退回之和": """
        SELECT public_id FROM records_batch WHERE state = 'committed'
        AND rows_total IS DISTINCT FROM rows_accepted + rows_unchanged + rows_rejected""",
    "退回行数与退回清单一致": """
        SELECT b.public_id FROM records_batch AS b WHERE b.state = 'committed'
        AND b.rows_rejected <> (SELECT count(*) FROM records_rejectedrow AS r WHERE r.batch_id = b.id)""",
    "办结的批次不留暂存": """
        SELECT b.public_id FROM records_batch AS b
        WHERE b.state NOT IN ('received', 'reading', 'previewed', 'merging')
        AND (EXISTS (SELECT FROM records_stagedrow AS s WHERE s.batch_id = b.id)
             OR EXISTS (SELECT FROM records_previewedrow AS p WHERE p.batch_id = b.id)
             OR EXISTS (SELECT FROM records_batchkey AS k WHERE k.batch_id = b.id))""",
    "批次名下的记录不多于接收的行": """
        SELECT b.public_id FROM records_batch AS b WHERE b.state = 'committed'
        AND b.rows_accepted < (SELECT count(*) FROM records_record AS r
                                 WHERE r.batch_id = b.id AND r.derived_from_id IS NULL)""",
    "记录的每一旧版都在": """
        SELECT r.id FROM records_record AS r LEFT JOIN records_recordversion AS v ON v.record_id = r.id
        GROUP BY r.id HAVING count(v.id) <> r.revision - 1""",
    "每条记录都有在册的依据": """
        SELECT r.id FROM records_record AS r LEFT JOIN catalogue_informationitem AS i ON i.id = r.item_id
        WHERE i.legal_basis_id IS NULL""",
    "每个主体至少有一条记录": """
        SELECT s.id FROM records_subject AS s
        WHERE NOT EXISTS (SELECT FROM records_record AS r WHERE r.subject_id = s.id)""",
    "公示中的记录都在期限内": """
        SELECT id FROM public_record WHERE displayed_until < platform_today()""",
    "在途的记录都属于未办结的报送": """
        SELECT h.record_id FROM exchange_handover AS h JOIN exchange_delivery AS d ON d.id = h.delivery_id
        WHERE d.state NOT IN ('sent', 'unknown')""",
    "正在核查的异议，其记录都暂不执行": """
        SELECT c.number FROM repair_case AS c JOIN records_record AS r ON r.id = c.record_id
        WHERE c.suspends AND c.state IN ('accepted', 'forwarded', 'answered', 'proposed') AND r.state = 'current'""",
    "办结的办件没有还在计算的期限": """
        SELECT c.number FROM repair_case AS c JOIN repair_clock AS k ON k.case_id = c.id
        WHERE c.closed_on IS NOT NULL AND k.ended_on IS NULL
        AND k.key NOT IN ('repair.sync', 'repair.third_party_notice')""",
    "租约过期的批次已有人接手": """
        SELECT public_id FROM records_batch WHERE leased_until < now() - interval '5 minutes'""",
}
# Rows refused by the national platform wait for their department; all others must have arrived.
PENDING = """
    SELECT count(*) FROM records_record AS r LEFT JOIN exchange_handover AS h ON h.record_id = r.id
    WHERE r.revision > r.national_revision AND coalesce(h.refused_revision, 0) < r.revision"""
DISPLAYED = """
    SELECT p.public_id || ':' || r.national_revision
    FROM (SELECT id, public_id FROM public_record UNION SELECT id, public_id FROM national_reference) AS p
    JOIN records_record AS r ON r.id = p.id
    LEFT JOIN exchange_handover AS h ON h.record_id = p.id
    WHERE coalesce(h.is_published, false) OR coalesce(h.refused_revision, 0) < r.revision"""
SHOWN = 20


class Command(BaseCommand):
    help = "核对批次、记录、公示与国家平台台账；有不一致时退出码为 1"

    def add_arguments(self, parser):
        parser.add_argument("--stub-url", default="", help="国家平台模拟的地址；给出时逐条核对其台账")

    def handle(self, *, stub_url: str, **options):
        findings = {sentence: rows[:SHOWN] for sentence, query in INVARIANTS.items() if (rows := _ask(query))}
        if stub_url:
            findings |= _compare_ledger(stub_url.rstrip("/"))
        self.stdout.write(json.dumps({"findings": findings}, ensure_ascii=False, default=str, indent=2))
        if findings:
            raise SystemExit(1)


def _ask(query: str) -> list:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [row[0] for row in cursor.fetchall()]


def _compare_ledger(stub_url: str) -> dict[str, list[str]]:
    """Once nothing is pending, the national platform shows exactly what we show: as many rows, each in our revision."""
    if pending := _ask(PENDING)[0]:
        return {"全部记录已报国家平台": [f"待报 {pending} 条"]}
    with urllib.request.urlopen(f"{stub_url}/received/count", timeout=30) as answer:
        effective = json.load(answer)["effective"]
    source, displayed = settings.NATIONAL_SOURCE, _ask(DISPLAYED)
    keys = {f"{source}:{record}": int(record.rpartition(":")[2]) for record in displayed}
    known = NationalPlatform(stub_url, settings.NATIONAL_KEY, source).ask(keys)
    missing = [key for key, revision in keys.items() if not _is_latest(known.get(key), revision)]
    findings = {"公示中的记录国家平台都有，且是同一版本": missing[:SHOWN]} if missing else {}
    if effective != len(keys):
        findings["国家平台公示的与本平台公示的一样多"] = [f"国家平台 {effective} 条，本平台 {len(keys)} 条"]
    return findings


def _is_latest(result: Result | None, revision: int) -> bool:
    return result is not None and result.status == RowStatus.ACCEPTED and result.latest_revision == revision
