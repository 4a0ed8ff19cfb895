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
    "department-api:batches": Rule(Access.TOKEN, POST),
    "department-api:batch": Rule(Access.TOKEN),
    "department-api:batch-errors": Rule(Access.TOKEN),
    "department-api:batch-errors-file": Rule(Access.TOKEN),
}
