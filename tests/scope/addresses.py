"""Every route of the platform, found by walking the resolver, and how to fill it in with one side's rows."""

import re
from collections.abc import Callable, Iterator
from datetime import date

from django.urls import URLResolver, get_resolver, reverse

from credit_platform import demo
from credit_platform.routes import ROUTES, Access
from tests.disclosure.factory import make_event
from tests.scope.province import Side, issue_evaluation

ADMIN = "admin:"
AGENT = demo.make_id_number("530102", date(1979, 9, 9), 444)

# Route → keyword arguments that name a row of this side.
PARAMETERS: dict[str, Callable[[Side], dict]] = {
    "portal:subject": lambda side: {"code": side.organisation.uscc},
    "portal:subject-item": lambda side: {"code": side.organisation.uscc, "item": side.record.item_code},
    "portal:record": lambda side: {"public_id": side.record.public_id},
    "portal:list": lambda side: {"code": "XZCF"},
    "office:help-topic": lambda side: {"topic": "correct"},
    "portal:item": lambda side: {"code": "XZCF"},
    "my:record": lambda side: {"public_id": side.personal.public_id},
    "my:apply": lambda side: {"public_id": side.personal.public_id, "kind": "objection"},
    "my:apply-listing": lambda side: {"public_id": side.own_listing.public_id, "kind": "objection"},
    "my:draft-check": lambda side: {"public_id": side.begun.public_id},
    "my:draft-drop": lambda side: {"public_id": side.begun.public_id},
    "my:receipt": lambda side: {"public_id": side.handed_in.public_id},
    **{
        f"my:{name}": lambda side: {"public_id": side.own_request.public_id}
        for name in ("request", "request-supplement", "request-recall")
    },
    "my:request-letter": lambda side: {"public_id": side.decided_request.public_id},
    "my:representation-revoke": lambda side: {"public_id": side.power.public_id},
    "public-api:subject": lambda side: {"uscc": side.organisation.uscc},
    "public-api:record": lambda side: {"public_id": side.record.public_id},
    "department-api:batch": lambda side: {"public_id": side.batch.public_id},
    "department-api:batch-commit": lambda side: {"public_id": side.previewed.public_id},
    "department-api:batch-drop": lambda side: {"public_id": side.previewed.public_id},
    "department-api:batch-errors": lambda side: {"public_id": side.batch.public_id},
    "department-api:batch-errors-file": lambda side: {"public_id": side.batch.public_id},
    "office:batch": lambda side: {"public_id": side.batch.public_id},
    "office:batch-progress": lambda side: {"public_id": side.waiting.public_id},
    "office:batch-returned": lambda side: {"public_id": side.batch.public_id},
    "office:batch-cancel": lambda side: {"public_id": side.waiting.public_id},
    "office:batch-commit": lambda side: {"public_id": side.previewed.public_id},
    "office:batch-drop": lambda side: {"public_id": side.previewed.public_id},
    "office:batch-undo": lambda side: {"public_id": side.batch.public_id},
    "office:system": lambda side: {"public_id": side.system.public_id},
    "office:system-change": lambda side: {"public_id": side.system.public_id},
    "office:system-end": lambda side: {"public_id": side.system.public_id},
    "office:template": lambda side: {"code": "XZCF"},
    "office:record-entry": lambda side: {"code": "XZCF"},
    "office:record": lambda side: {"public_id": side.record.public_id},
    "office:record-withdraw": lambda side: {"public_id": side.record.public_id},
    "office:record-correct": lambda side: {"public_id": side.record.public_id},
    "office:record-erase": lambda side: {"public_id": side.record.public_id},
    "office:change": lambda side: {"public_id": side.change.public_id},
    "office:change-decide": lambda side: {"public_id": side.change.public_id},
    "office:change-cancel": lambda side: {"public_id": side.change.public_id},
    "office:erasure": lambda side: {"public_id": side.erasure.public_id},
    "office:erasure-decide": lambda side: {"public_id": side.erasure.public_id},
    "office:subject": lambda side: {"public_id": side.person.public_id},
    "office:occupation-file": lambda side: {"public_id": side.person.public_id},
    "office:subject-reveal": lambda side: {"public_id": side.person.public_id},
    "office:subject-rename": lambda side: {"public_id": side.organisation.public_id},
    "office:subject-standing": lambda side: {"public_id": side.organisation.public_id},
    "office:duplicate": lambda side: {"public_id": side.pair.public_id},
    "office:duplicate-suggest": lambda side: {"public_id": side.pair.public_id},
    "office:duplicate-distinct": lambda side: {"public_id": side.pair.public_id},
    "office:duplicate-decide": lambda side: {"public_id": side.pair.public_id},
    "office:code-case": lambda side: {"public_id": side.case.public_id},
    "office:code-case-answer": lambda side: {"public_id": side.case.public_id},
    "office:code-case-judge": lambda side: {"public_id": side.case.public_id},
    "office:refusal-resend": lambda side: {"public_id": side.record.public_id},
    "office:special-query": lambda side: {"public_id": side.asked.public_id},
    "office:special-query-decide": lambda side: {"public_id": side.asked.public_id},
    "office:special-query-drop": lambda side: {"public_id": side.asked.public_id},
    "office:special-query-read": lambda side: {"public_id": side.granted.public_id},
    "office:catalogue-item": lambda side: {"code": "XZCF"},
    "office:audit-alarm": lambda side: {"number": 1},
    "office:audit-sample": lambda side: {"month": "2026-11-01"},
    "office:audit-reading": lambda side: {"number": 1},
    "office:audit-incident": lambda side: {"public_id": "00000000-0000-4000-8000-000000000000"},
    "office:audit-evidence": lambda side: {"public_id": "00000000-0000-4000-8000-000000000000"},
    "office:audit-proof": lambda side: {"number": 1},
    "office:audit-institution": lambda side: {"public_id": "00000000-0000-4000-8000-000000000000"},
    "office:audit-inspection-new": lambda side: {"public_id": "00000000-0000-4000-8000-000000000000"},
    "office:audit-institution-release": lambda side: {"public_id": "00000000-0000-4000-8000-000000000000"},
    "office:audit-follow-up": lambda side: {"public_id": "00000000-0000-4000-8000-000000000000"},
    "office:edition": lambda side: {"number": 1},
    "office:edition-json": lambda side: {"number": 1},
    "office:edition-workbook": lambda side: {"number": 1},
    "office:edition-import": lambda side: {"number": 1},
    "office:edition-submit": lambda side: {"number": 1},
    "office:edition-abandon": lambda side: {"number": 1},
    "office:edition-return": lambda side: {"number": 1},
    "office:draft-new-item": lambda side: {"number": 1},
    "office:draft-item": lambda side: {"number": 1, "code": "XZCF"},
    "office:draft-new-field": lambda side: {"number": 1, "item": "XZCF"},
    "office:draft-field": lambda side: {"number": 1, "item": "XZCF", "code": "CF_NR"},
    "office:draft-new-rule": lambda side: {"number": 1},
    "office:draft-rule": lambda side: {"number": 1, "item": "XZCF", "severity": "general"},
    "office:draft-new-basis": lambda side: {"number": 1},
    "office:draft-basis": lambda side: {"number": 1, "code": "state-2016-33-17"},
    "office:edition-whatif": lambda side: {"number": 1},
    "office:edition-affected": lambda side: {"number": 1},
    "office:edition-approve": lambda side: {"number": 1},
    **{
        f"office:{name}": lambda side: {"public_id": side.joint.draft.public_id}
        for name in (
            "memorandum",
            "memorandum-workbook",
            "memorandum-edition",
            "memorandum-change",
            "measure-new",
            "memorandum-submit",
            "memorandum-abandon",
            "memorandum-decide",
            "memorandum-repeal",
        )
    },
    "office:measure": lambda side: {"public_id": side.joint.draft.public_id, "number": 1},
    "office:task": lambda side: {"public_id": side.joint.task.public_id},
    "office:task-receive": lambda side: {"public_id": side.joint.task.public_id},
    "office:task-answer": lambda side: {"public_id": side.joint.received.public_id},
    "office:task-judge": lambda side: {"public_id": side.joint.answered.public_id},
    "office:case": lambda side: {"public_id": side.organisation.public_id},
    "cases:case": lambda side: {"public_id": side.request.public_id},
    "cases:step": lambda side: {"public_id": side.request.public_id, "step": "claim"},
    "office:request-new": lambda side: {"public_id": side.record.public_id},
    "office:request": lambda side: {"public_id": side.request.public_id},
    "office:request-found": lambda side: {"public_id": side.record.public_id},
    "office:correction-new": lambda side: {"public_id": side.record.public_id},
    "office:request-receipt": lambda side: {"public_id": side.request.public_id},
    "office:request-supplement": lambda side: {"public_id": side.request.public_id},
    "office:request-scans": lambda side: {"public_id": side.request.public_id},
    "office:request-answer": lambda side: {"public_id": side.request.public_id},
    "office:request-evidence": lambda side: {"public_id": side.request.evidence.get().public_id},
    "office:restoration-confirm": lambda side: {"public_id": side.request.restorations.get().public_id},
    "public-api:catalogue-schema": lambda side: {"code": "XZCF"},
    "office:quality-department": lambda side: {"code": side.department.code},
    "office:zero-report": lambda side: {"public_id": side.duty.public_id, "month": "2026-09"},
    "office:bulletin": lambda side: {"public_id": side.bulletin.public_id},
    "office:listing": lambda side: {"public_id": side.listing.public_id},
    "office:listing-step": lambda side: {"public_id": side.listing.public_id, "step": "drop"},
    "office:listing-letter": lambda side: {"public_id": side.listing.public_id, "kind": "notice"},
    "office:listing-propose": lambda side: {"code": "SIDES"},
    "office:listing-file": lambda side: {"public_id": side.listing_file.public_id},
    "office:listing-file-returned": lambda side: {"public_id": side.listing_file.public_id},
    "office:commitment-entry": lambda side: {"code": "CN-ZHXY"},
    "office:commitment": lambda side: {"public_id": side.commitment.public_id},
    "office:commitment-paper": lambda side: {"public_id": side.commitment.public_id},
    "office:commitment-fulfil": lambda side: {"public_id": side.commitment.public_id},
    "office:commitment-find": lambda side: {"public_id": side.commitment.public_id},
    "office:commitment-decide": lambda side: {"public_id": side.commitment.public_id},
    "office:commitment-retract": lambda side: {"public_id": side.commitment.public_id},
    "office:commitment-material": lambda side: {"public_id": side.commitment.public_id, "number": 1},
    "office:supervision-method": lambda side: {"public_id": side.method.public_id},
    "office:supervision-adopt": lambda side: {"public_id": side.method.public_id},
    "office:supervision-compute": lambda side: {"public_id": side.method.public_id},
    "office:supervision-export": lambda side: {"public_id": side.method.public_id},
    "office:finance-product": lambda side: {"public_id": side.rewards.product.public_id},
    "office:finance-publish": lambda side: {"public_id": side.rewards.product.public_id},
    "office:finance-close": lambda side: {"public_id": side.rewards.product.public_id},
    "office:finance-application": lambda side: {"public_id": side.rewards.application.public_id},
    "office:finance-package": lambda side: {"public_id": side.rewards.application.public_id},
    "office:finance-answer": lambda side: {"public_id": side.rewards.application.public_id},
    "office:finance-revoke": lambda side: {"public_id": side.rewards.application.public_id},
    "office:promotion": lambda side: {"public_id": side.rewards.event.public_id},
    "office:promotion-publish": lambda side: {"public_id": side.rewards.event.public_id},
    "office:promotion-close": lambda side: {"public_id": side.rewards.event.public_id},
    "portal:promotion": lambda side: {"public_id": make_event().public_id},
    "office:evaluation-method": lambda side: {"edition": issue_evaluation().method.edition},
    "office:evaluation-edition": lambda side: {"public_id": issue_evaluation().public_id},
    "office:evaluation-place": lambda side: {"public_id": issue_evaluation().public_id, "region": "530100"},
    "office:evaluation-export": lambda side: {"public_id": issue_evaluation().public_id},
    "office:supervision-class": lambda side: {"public_id": side.classed.public_id},
    "office:points-account": lambda side: {"public_id": side.account.public_id},
    "office:points-delete": lambda side: {"public_id": side.account.public_id},
    "portal:clarification": lambda side: {"public_id": side.withdrawn.cases.get().clarification.public_id},
    "portal:receipt": lambda side: {"receipt_no": side.checked.check.receipt_no},
    "checks-api:check": lambda side: {"receipt_no": side.checked.check.receipt_no},
    "checks-api:cases": lambda side: {"code": "ZFCG"},
    "checks-api:subscription-end": lambda side: {"public_id": side.checked.subscription.public_id},
    "office:check": lambda side: {"public_id": side.checked.check.public_id},
    "office:opinion": lambda side: {"public_id": side.checked.opinion.public_id},
    "office:opinion-result": lambda side: {"public_id": side.checked.opinion.public_id},
    "office:certificate": lambda side: {"public_id": side.checked.certificate.public_id},
    "office:webhook": lambda side: {"public_id": side.checked.subscription.public_id},
    "office:webhook-end": lambda side: {"public_id": side.checked.subscription.public_id},
    "office:webhook-replay": lambda side: {"public_id": side.checked.subscription.public_id},
    "office:webhook-resend": lambda side: {"event_id": side.checked.notice.event_id},
}
# Routes whose parameter names something that belongs to nobody.
COMMON = {
    "portal:list",
    "portal:item",
    "office:template",
    "office:record-entry",
    "office:listing-propose",
    "office:catalogue-item",
    "office:edition",
    "office:edition-json",
    "office:edition-workbook",
    "office:bulletin",
    "office:evaluation-method",
    "office:evaluation-edition",
    "office:evaluation-place",
    "office:evaluation-export",
    "office:help-topic",
    "office:commitment-entry",
    "checks-api:cases",
}
# Without these a public address has nothing to answer.
QUERIES = {
    "portal:search": lambda side: f"?q={side.word}",
    "public-api:subjects": lambda side: f"?q={side.word}",
    "public-api:records": lambda side: f"?subject={side.organisation.uscc}",
}
# What a form has to bring for its verb to be reached.
FORMS: dict[str, Callable[[Side], dict[str, object]]] = {
    "department-api:batch-commit": lambda side: {"preview": side.previewed.preview.outcome_digest},
    "office:batch-commit": lambda side: {"seen": side.previewed.preview.outcome_digest, "policy": "good_rows"},
    "office:batch-undo": lambda side: {"reason": "误传了上月的文件"},
    "office:system-new": lambda side: {
        "name": side.word,
        "code": side.word,
        "way": "api",
        "contact": "示例",
        "in_use_from": "2026-01-01",
    },
    "office:system-change": lambda side: {"name": "改名后的示例系统", "contact": "示例"},
    "office:system-end": lambda side: {"reason": "示例"},
    "office:record-withdraw": lambda side: {"reason_code": "other", "reason": "核对时发现有误", "key": "k"},
    "office:record-erase": lambda side: {
        "authority": "示例法院",
        "document_no": "1号",
        "legal_basis": "《示例法》第一条",
        "reason": "示例",
    },
    "office:changes-approve": lambda side: {"change": str(side.change.public_id)},
    "office:change-decide": lambda side: {"decision": "refuse", "reason": "示例"},
    "office:erasure-decide": lambda side: {"decision": "refuse", "reason": "示例"},
    "office:memorandum-decide": lambda side: {"decision": "return", "opinion": "示例"},
    "office:memorandum-repeal": lambda side: {"reason": "示例"},
    "office:tasks-receive": lambda side: {"task": str(side.joint.task.public_id)},
    "office:tasks-verify": lambda side: {"task": str(side.joint.answered.public_id)},
    "office:task-answer": lambda side: {"answer": "decline", "outcome": "示例理由"},
    "office:task-judge": lambda side: {"decision": "verify"},
    "office:special-query-decide": lambda side: {"decision": "grant", "reason": "用途与依据相称"},
    "office:listing-step": lambda side: {"reason": "示例"},
    "office:subject-reveal": lambda side: {"kind": "id_card", "purpose": "核对身份"},
    "office:subject-rename": lambda side: {
        "name": "改名后的示例公司",
        "renamed_on": "2026-11-01",
        "reason": "变更登记",
    },
    "office:subject-standing": lambda side: {"standing": "deregistered", "since": "2026-11-01", "decision": "示例"},
    "office:duplicate-suggest": lambda side: {"survivor": side.organisation.public_id, "reason": "核对档案"},
    "office:duplicate-distinct": lambda side: {"reason": "核对档案"},
    "office:duplicate-decide": lambda side: {"decision": "merge", "reason": "核对档案"},
    "office:code-case-answer": lambda side: {"action": "correct", "reason": "已经更正"},
    "office:code-case-judge": lambda side: {"action": "settle", "reason": "已经核对"},
    "office:commitment-fulfil": lambda side: {"on": "2026-11-22", "result": "已经履行"},
    "office:commitment-find": lambda side: {"unperformed": "没有履行", "answer": "没有说明"},
    "office:commitment-decide": lambda side: {"decision": "confirm", "document_no": "1号", "reason": "清楚"},
    "office:commitment-retract": lambda side: {"reason": "不再申请"},
    "office:supervision-adopt": lambda side: {"on": "2026-12-01", "opinion": "同意"},
    "office:finance-publish": lambda side: {"opinion": "同意"},
    "office:finance-close": lambda side: {"reason": "示例"},
    "office:finance-answer": lambda side: {"is_granted": "yes", "answer": "示例"},
    "office:promotion-publish": lambda side: {"opinion": "同意"},
    "office:promotion-close": lambda side: {"reason": "示例"},
    "my:apply": lambda side: {"about": "content", "text": side.word, "version": 1},
    "my:apply-listing": lambda side: {"about": "listing", "text": side.word, "version": 0},
    "my:complaint": lambda side: {"department": side.department.pk, "text": side.word, "version": 0},
    "my:draft-check": lambda side: {"version": side.begun.version},
    "cases:act": lambda side: {"do": "claim", "case": f"{side.request.public_id}:1"},
    "cases:step": lambda side: {"version": side.request.version},
    "cases:filter-save": lambda side: {"name": "示例", "query": "look=open"},
    "my:switch": lambda side: {"subject": str(side.person.public_id)},
    "my:representations": lambda side: {
        "agent_kind": "person",
        "agent_name": "示例代理",
        "number_kind": "身份证",
        "number": AGENT,
        "until": "2027-01-01",
    },
    "my:request-supplement": lambda side: {"version": side.own_request.version, "text": "已补"},
    "my:request-recall": lambda side: {"version": side.own_request.version, "reason": "不再需要"},
    "office:request-new": lambda side: {
        "key": "5f2c1c5e-7d51-4a53-9d31-0c8f6a3f7b11",
        "kind": "complaint",
        "text": "示例",
    },
    "office:request-answer": lambda side: {"version": side.request.version, "opinion": "upheld", "text": "示例"},
    "office:restoration-confirm": lambda side: {"note": "已经更正"},
    "office:webhook-replay": lambda side: {"since": "2026-11-01"},
}


def walk() -> Iterator[tuple[str, str]]:
    """Every route as (qualified name, path with its parameters)."""
    yield from _below(get_resolver(), "", "")


def _below(resolver: URLResolver, namespace: str, path: str) -> Iterator[tuple[str, str]]:
    for entry in resolver.url_patterns:
        below = path + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _below(entry, namespace + (f"{entry.namespace}:" if entry.namespace else ""), below)
        else:
            yield f"{namespace}{entry.name}", below


def admin_addresses() -> list[str]:
    """Every address of the admin site, with 1 for whatever it asks."""
    paths = [path for name, path in walk() if name.startswith(ADMIN)]
    plain = [path for path in paths if "(?P" not in path]
    return ["/" + re.sub(r"<[^>]+>", "1", path) for path in plain] + ["/admin/records/", "/admin/nowhere/"]


def address(name: str, side: Side) -> str:
    """The address of a route with this side's rows in it."""
    query = QUERIES[name](side) if name in QUERIES else ""
    return reverse(name, kwargs=PARAMETERS[name](side) if name in PARAMETERS else {}) + query


def named(*accesses: Access) -> list[str]:
    """Names of the routes with one of these rules."""
    return [name for name, rule in ROUTES.items() if rule.access in accesses]


def calls(*accesses: Access) -> list[tuple[str, str]]:
    """Every (name, method) these rules allow."""
    return [(name, method) for name in named(*accesses) for method in ROUTES[name].methods]


MARKS = (
    (re.compile(r'(name="csrfmiddlewaretoken" value=|"X-CSRFToken": )"[^"]+"'), r"\1CSRF"),
    (re.compile("水印：[^\r\n]+"), "MARK"),
    (re.compile(r'name="key" value="[0-9a-f]{32}"'), "KEY"),
    (re.compile("打印时间：[-0-9]{10} [:0-9]{5}"), "NOW"),
)


def without_marks(page: str) -> str:
    """A page without what is drawn anew for each answer: CSRF tokens, keys of forms, watermarks, the minute."""
    for pattern, instead in MARKS:
        page = pattern.sub(instead, page)
    return page
