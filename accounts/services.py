"""Verbs on people: place them, give and take tokens, load the tree."""

import csv
import hashlib
import secrets
from datetime import date, timedelta
from pathlib import Path

import yaml
from django.db import transaction
from django.utils import timezone
from guardian.models import UserObjectPermission
from guardian.shortcuts import assign_perm

from accounts.models import DEPARTMENT_ROLES, ApiToken, Department, Region, Role, SourceSystem, User
from audit import services as audit
from audit.actions import Action

DATA = Path(__file__).parent / "data"
TOKEN_DAYS = 365
RIGHTS = {
    Role.CLERK: ("report_department",),
    Role.LEAD: ("report_department", "correct_department", "respond_department"),
}


@transaction.atomic
def place_user(
    user: User, *, department: Department | None, role: Role, region: Region | None = None, actor=None
) -> User:
    """Give a person one role in one department, or, as a supervisor, in one region.

    Every right they held elsewhere ends in the same moment (T-07, T-11). The admin site shows the whole province, so
    who supervises a region has none.
    """
    user.department, user.role, user.region = department, role, region
    user.is_staff = role not in DEPARTMENT_ROLES and not user.region_prefix
    user.save()
    UserObjectPermission.objects.filter(user=user).delete()
    for permission in RIGHTS.get(role, ()):
        assign_perm(permission, user, department)
    ApiToken.objects.filter(user=user, revoked_at__isnull=True).exclude(department=department).update(
        revoked_at=timezone.now()
    )
    audit.record(
        Action.USER_PLACED,
        user,
        actor=actor,
        detail={"role": str(role), "department": department.code if department else None}
        | ({"region": region.code} if region else {}),
    )
    return user


@transaction.atomic
def issue_token(
    *, department: Department, user: User, name: str, system: SourceSystem | None = None, actor=None, on: date
) -> tuple[ApiToken, str]:
    """Make a token for one year, for one system of the department or for all. The plain text is never stored."""
    plain = f"ynxy_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        department=department,
        user=user,
        system=system,
        name=name,
        prefix=plain[5:11],
        digest=hashlib.sha256(plain.encode()).hexdigest(),
        expires_on=on + timedelta(days=TOKEN_DAYS),
    )
    audit.record(Action.TOKEN_ISSUED, token, actor=actor or user)
    return token, plain


@transaction.atomic
def revoke_token(token: ApiToken, *, actor, reason: str) -> ApiToken:
    token = ApiToken.objects.select_for_update().get(pk=token.pk)
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        audit.record(Action.TOKEN_REVOKED, token, actor=actor, reason=reason)
    return token


@transaction.atomic
def seed() -> dict[str, int]:
    """Load regions (GB/T 2260) and the departments named in 云政办发〔2017〕112号.

    Safe to run again; edits by staff stay.
    """
    with (DATA / "regions.csv").open(encoding="utf-8") as file:
        regions = list(csv.DictReader(line for line in file if not line.startswith("#")))
    for row in regions:
        Region.objects.get_or_create(
            code=row["code"], defaults={"name": row["name"], "parent_id": row["parent_code"] or None}
        )
    governments = {region.code: _government(region) for region in Region.objects.select_related("parent")}
    entries = yaml.safe_load((DATA / "departments.yaml").read_text(encoding="utf-8"))
    for entry in entries["departments"]:
        Department.objects.get_or_create(
            code=entry["code"],
            defaults={
                "name": entry["name"],
                "former_names": entry.get("former_names", []),
                "region_id": "530000",
                "parent": governments["530000"],
                "source": entries["source"],
            },
        )
    return {"regions": len(regions), "departments": Department.objects.count()}


def _government(region: Region) -> Department:
    parent = Department.objects.filter(code=f"{region.parent_id}-GOV").first() if region.parent_id else None
    department, _ = Department.objects.get_or_create(
        code=f"{region.code}-GOV",
        defaults={"name": f"{region.name}人民政府", "region": region, "parent": parent, "source": "GB/T 2260"},
    )
    return department
