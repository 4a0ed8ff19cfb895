"""Who may call which address, in one table. A route that is not in it fails the tests (T-01, T-06).

PUBLIC: anyone, and it reads the public views only. SIGNED_IN: any member of staff, nothing of a department in it.
SCOPED: a member of staff, only rows of departments they see, anything else is 404. TOKEN: a department's token, only
that department's rows. ADMIN: the admin site, by its own permissions.
"""

from enum import StrEnum
from typing import NamedTuple


class Access(StrEnum):
    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    SCOPED = "scoped"
    TOKEN = "token"
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
    "portal:item": Rule(Access.PUBLIC),
    "portal:services": Rule(Access.PUBLIC),
    "portal:about": Rule(Access.PUBLIC),
    "portal:accessibility": Rule(Access.PUBLIC),
    "portal:guarantees": Rule(Access.PUBLIC),
    "public-api:subjects": Rule(Access.PUBLIC),
    "public-api:subject": Rule(Access.PUBLIC),
    "public-api:records": Rule(Access.PUBLIC),
    "public-api:record": Rule(Access.PUBLIC),
    # The departments' API
    "department-api:batches": Rule(Access.TOKEN, POST),
    "department-api:batch": Rule(Access.TOKEN),
    "department-api:batch-errors": Rule(Access.TOKEN),
    "department-api:batch-errors-file": Rule(Access.TOKEN),
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
    "office:template": Rule(Access.SIGNED_IN),
    "office:records": Rule(Access.SCOPED),
    "office:records-export": Rule(Access.SCOPED),
    "office:record-new": Rule(Access.SCOPED),
    "office:record-entry": Rule(Access.SCOPED, FORM),
    "office:record": Rule(Access.SCOPED),
    "office:record-withdraw": Rule(Access.SCOPED, FORM),
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
    "office:subject-reveal": Rule(Access.SCOPED, POST),
    "office:subject-rename": Rule(Access.SCOPED, FORM),
    "office:refusals": Rule(Access.SCOPED),
    "office:refusal-resend": Rule(Access.SCOPED, POST),
    "office:special-queries": Rule(Access.SCOPED),
    "office:special-query-new": Rule(Access.SCOPED, FORM),
    "office:special-query": Rule(Access.SCOPED),
    "office:special-query-decide": Rule(Access.SCOPED, POST),
    "office:special-query-drop": Rule(Access.SCOPED, POST),
    "office:special-query-read": Rule(Access.SCOPED),
    "office:catalogue": Rule(Access.SIGNED_IN),
    "office:catalogue-item": Rule(Access.SIGNED_IN),
    "office:styleguide": Rule(Access.SIGNED_IN),
}
