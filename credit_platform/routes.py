"""Who may call which address, in one table. A route that is not in it fails the tests (T-01, T-06).

PUBLIC: anyone, and it reads the public views only. SIGNED_IN: any member of staff, nothing of a department in it.
SCOPED: a member of staff, only rows of departments they see, anything else is 404. TOKEN: a department's token, only
that department's rows. AUDITOR: who looks after the trail, nobody else. ADMIN: the admin site, by its own permissions.
"""

from enum import StrEnum
from typing import NamedTuple


class Access(StrEnum):
    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    SCOPED = "scoped"
    TOKEN = "token"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Rule(NamedTuple):
    access: Access
    methods: tuple[str, ...] = ("GET",)


GET, POST, FORM = ("GET",), ("POST",), ("GET", "POST")

ROUTES: dict[str, Rule] = {
    "healthz": Rule(Access.PUBLIC),
    "schema": Rule(Access.PUBLIC),
    # The portal
    "portal:home": Rule(Access.PUBLIC),
    "portal:search": Rule(Access.PUBLIC),
    "portal:subject": Rule(Access.PUBLIC),
    "portal:subject-item": Rule(Access.PUBLIC),
    "portal:record": Rule(Access.PUBLIC),
    "portal:lists": Rule(Access.PUBLIC),
    "portal:list": Rule(Access.PUBLIC),
    "portal:law": Rule(Access.PUBLIC),
    "portal:law-workbook": Rule(Access.PUBLIC),
    "portal:item": Rule(Access.PUBLIC),
    "portal:services": Rule(Access.PUBLIC),
    "portal:flows": Rule(Access.PUBLIC),
    "portal:about": Rule(Access.PUBLIC),
    "portal:accessibility": Rule(Access.PUBLIC),
    "portal:heads": Rule(Access.PUBLIC),
    "portal:heads-file": Rule(Access.PUBLIC),
    "portal:guarantees": Rule(Access.PUBLIC),
    "portal:receipts": Rule(Access.PUBLIC),
    "portal:receipt": Rule(Access.PUBLIC),
    "public-api:subjects": Rule(Access.PUBLIC),
    "public-api:subject": Rule(Access.PUBLIC),
    "public-api:records": Rule(Access.PUBLIC),
    "public-api:record": Rule(Access.PUBLIC),
    "public-api:catalogue": Rule(Access.PUBLIC),
    "public-api:catalogue-schema": Rule(Access.PUBLIC),
    # The departments' API
    "department-api:batches": Rule(Access.TOKEN, POST),
    "department-api:folders": Rule(Access.TOKEN, POST),
    "department-api:batch": Rule(Access.TOKEN),
    "department-api:batch-commit": Rule(Access.TOKEN, POST),
    "department-api:batch-drop": Rule(Access.TOKEN, POST),
    "department-api:batch-errors": Rule(Access.TOKEN),
    "department-api:batch-errors-file": Rule(Access.TOKEN),
    "checks-api:checks": Rule(Access.TOKEN, POST),
    "checks-api:check": Rule(Access.TOKEN),
    "checks-api:cases": Rule(Access.TOKEN, FORM),
    "checks-api:subscriptions": Rule(Access.TOKEN, POST),
    "checks-api:subscription-end": Rule(Access.TOKEN, POST),
    # The office
    "office:sign-in": Rule(Access.PUBLIC, FORM),
    "office:sign-out": Rule(Access.SIGNED_IN, POST),
    "office:password": Rule(Access.SIGNED_IN, FORM),
    "office:home": Rule(Access.SCOPED),
    "office:batches": Rule(Access.SCOPED),
    "office:batch-new": Rule(Access.SCOPED, FORM),
    "office:batch": Rule(Access.SCOPED),
    "office:batch-progress": Rule(Access.SCOPED),
    "office:batch-returned": Rule(Access.SCOPED),
    "office:batch-cancel": Rule(Access.SCOPED, POST),
    "office:batch-commit": Rule(Access.SCOPED, POST),
    "office:batch-drop": Rule(Access.SCOPED, POST),
    "office:batch-undo": Rule(Access.SCOPED, FORM),
    "office:reporting": Rule(Access.SCOPED, FORM),
    "office:template": Rule(Access.SIGNED_IN),
    "office:records": Rule(Access.SCOPED),
    "office:records-export": Rule(Access.SCOPED),
    "office:record-new": Rule(Access.SCOPED),
    "office:record-entry": Rule(Access.SCOPED, FORM),
    "office:record": Rule(Access.SCOPED),
    "office:record-withdraw": Rule(Access.SCOPED, FORM),
    "office:purpose": Rule(Access.SIGNED_IN, FORM),
    "office:record-correct": Rule(Access.SCOPED, FORM),
    "office:record-erase": Rule(Access.SCOPED, FORM),
    "office:changes": Rule(Access.SCOPED),
    "office:changes-approve": Rule(Access.SCOPED, POST),
    "office:change": Rule(Access.SCOPED),
    "office:change-decide": Rule(Access.SCOPED, POST),
    "office:change-cancel": Rule(Access.SCOPED, POST),
    "office:erasures": Rule(Access.SCOPED),
    "office:erasure": Rule(Access.SCOPED),
    "office:erasure-decide": Rule(Access.SCOPED, POST),
    "office:subject": Rule(Access.SCOPED),
    "office:occupation-file": Rule(Access.SCOPED),
    "office:subject-reveal": Rule(Access.SCOPED, POST),
    "office:subject-rename": Rule(Access.SCOPED, FORM),
    "office:subject-standing": Rule(Access.SCOPED, FORM),
    "office:duplicates": Rule(Access.SCOPED),
    "office:duplicate": Rule(Access.SCOPED),
    "office:duplicate-suggest": Rule(Access.SCOPED, POST),
    "office:duplicate-distinct": Rule(Access.SCOPED, POST),
    "office:duplicate-decide": Rule(Access.SCOPED, POST),
    "office:codes": Rule(Access.SCOPED),
    "office:code-case": Rule(Access.SCOPED),
    "office:code-case-answer": Rule(Access.SCOPED, POST),
    "office:code-case-judge": Rule(Access.SCOPED, POST),
    "office:refusals": Rule(Access.SCOPED),
    "office:refusal-resend": Rule(Access.SCOPED, POST),
    "office:quality": Rule(Access.SCOPED),
    "office:quality-export": Rule(Access.SCOPED),
    "office:quality-department": Rule(Access.SCOPED),
    "office:quality-rows": Rule(Access.SCOPED),
    "office:quality-rows-export": Rule(Access.SCOPED),
    "office:duties": Rule(Access.SCOPED),
    "office:zero-report": Rule(Access.SCOPED, FORM),
    "office:bulletins": Rule(Access.SCOPED, FORM),
    "office:bulletin": Rule(Access.SCOPED, FORM),
    "office:coverage": Rule(Access.SCOPED),
    "office:coverage-export": Rule(Access.SCOPED),
    "office:special-queries": Rule(Access.SCOPED),
    "office:special-query-new": Rule(Access.SCOPED, FORM),
    "office:special-query": Rule(Access.SCOPED),
    "office:special-query-decide": Rule(Access.SCOPED, POST),
    "office:special-query-drop": Rule(Access.SCOPED, POST),
    "office:special-query-read": Rule(Access.SCOPED),
    "office:catalogue": Rule(Access.SIGNED_IN),
    "office:key-fields": Rule(Access.SIGNED_IN),
    "office:catalogue-item": Rule(Access.SIGNED_IN),
    "office:audit": Rule(Access.AUDITOR),
    "office:audit-alarm": Rule(Access.AUDITOR, FORM),
    "office:audit-sample": Rule(Access.AUDITOR),
    "office:audit-reading": Rule(Access.AUDITOR, FORM),
    "office:audit-incident-new": Rule(Access.AUDITOR, FORM),
    "office:audit-incident": Rule(Access.AUDITOR, FORM),
    "office:audit-evidence": Rule(Access.AUDITOR),
    "office:audit-proof": Rule(Access.AUDITOR),
    "office:audit-assessments": Rule(Access.AUDITOR, FORM),
    "office:editions": Rule(Access.SIGNED_IN),
    "office:edition": Rule(Access.SIGNED_IN),
    "office:edition-json": Rule(Access.SIGNED_IN),
    "office:edition-workbook": Rule(Access.SIGNED_IN),
    # Drafts: by role, an administrator writes and a reviewer decides; 404 for others
    "office:edition-new": Rule(Access.SIGNED_IN, POST),
    "office:edition-import": Rule(Access.SIGNED_IN, FORM),
    "office:edition-submit": Rule(Access.SIGNED_IN, POST),
    "office:edition-abandon": Rule(Access.SIGNED_IN, POST),
    "office:edition-return": Rule(Access.SIGNED_IN, FORM),
    "office:draft-new-item": Rule(Access.SIGNED_IN, FORM),
    "office:draft-item": Rule(Access.SIGNED_IN, FORM),
    "office:draft-new-field": Rule(Access.SIGNED_IN, FORM),
    "office:draft-field": Rule(Access.SIGNED_IN, FORM),
    "office:draft-new-rule": Rule(Access.SIGNED_IN, FORM),
    "office:draft-rule": Rule(Access.SIGNED_IN, FORM),
    "office:draft-new-basis": Rule(Access.SIGNED_IN, FORM),
    "office:draft-basis": Rule(Access.SIGNED_IN, FORM),
    "office:edition-whatif": Rule(Access.SCOPED),
    "office:edition-affected": Rule(Access.SCOPED),
    "office:edition-approve": Rule(Access.SCOPED, POST),
    # Lists
    # Memoranda and joint action
    # The check
    "office:checks": Rule(Access.SCOPED, FORM),
    "office:checks-made": Rule(Access.SCOPED),
    "office:checks-export": Rule(Access.SCOPED),
    "office:check": Rule(Access.SCOPED),
    "office:check-names": Rule(Access.SCOPED, FORM),
    "office:check-names-template": Rule(Access.SIGNED_IN),
    "office:opinion": Rule(Access.SCOPED),
    "office:opinion-result": Rule(Access.SCOPED),
    "office:check-usage": Rule(Access.SCOPED, FORM),
    "office:eligibility": Rule(Access.SCOPED, FORM),
    "office:certificate": Rule(Access.SCOPED),
    "office:webhooks": Rule(Access.SCOPED, FORM),
    "office:webhook": Rule(Access.SCOPED),
    "office:webhook-end": Rule(Access.SCOPED, POST),
    "office:webhook-replay": Rule(Access.SCOPED, POST),
    "office:webhook-resend": Rule(Access.SCOPED, POST),
    # Commitments, supervision, points
    # Help
    "office:help": Rule(Access.SIGNED_IN),
    "office:help-topic": Rule(Access.SIGNED_IN),
    "office:styleguide": Rule(Access.SIGNED_IN),
}
