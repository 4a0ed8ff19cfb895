"""The API's door: a department's token."""

import hashlib
from datetime import date

from django.db import connection, models
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission

from accounts.models import ApiToken, Department, User
from deadlines.clock import today


def _columns(model: type[models.Model], alias: str) -> tuple[list[str], str]:
    fields = model._meta.concrete_fields
    return [field.attname for field in fields], ", ".join(f'{alias}."{field.column}"' for field in fields)


OF_TOKEN, TOKEN = _columns(ApiToken, "t")
OF_DEPARTMENT, DEPARTMENT = _columns(Department, "d")
OF_USER, USER = _columns(User, "u")
# Every call of the API begins with it, so its text is made once: making it anew takes longer than answering it.
USABLE = f"""
    SELECT {TOKEN}, {DEPARTMENT}, {USER}
    FROM accounts_apitoken AS t JOIN accounts_department AS d ON d.id = t.department_id
    JOIN accounts_user AS u ON u.id = t.user_id
    WHERE t.digest = %s AND t.revoked_at IS NULL AND t.expires_on >= %s AND u.is_active AND d.is_active
"""


def find_token(plain: str, *, on: date) -> ApiToken | None:
    """The token whose plain text this is, if it is still good: not revoked, not expired, its person active."""
    digest = hashlib.sha256(plain.encode()).hexdigest()
    with connection.cursor() as cursor:
        row = cursor.execute(USABLE, [digest, on]).fetchone()
    if row is None:
        return None
    ends = len(OF_TOKEN), len(OF_TOKEN) + len(OF_DEPARTMENT)
    token = ApiToken.from_db(connection.alias, OF_TOKEN, row[: ends[0]])
    token.department = Department.from_db(connection.alias, OF_DEPARTMENT, row[ends[0] : ends[1]])
    token.user = User.from_db(connection.alias, OF_USER, row[ends[1] :])
    return token


class DepartmentTokenAuthentication(BaseAuthentication):
    """`Authorization: Token …`. Every request asks the database, so a token taken away ends at once (T-07, T-10)."""

    def authenticate(self, request):
        scheme, _, plain = get_authorization_header(request).decode(errors="replace").partition(" ")
        if scheme.lower() != "token":
            return None
        token = find_token(plain.strip(), on=today())
        if token is None:
            raise AuthenticationFailed("令牌无效、已过期或已吊销。", code="token_invalid")
        return token.user, token

    def authenticate_header(self, request):
        return "Token"


class HasDepartmentToken(BasePermission):
    """Only callers who hold a department's token."""

    def has_permission(self, request, view) -> bool:
        return isinstance(request.auth, ApiToken)


class DepartmentTokenScheme(OpenApiAuthenticationExtension):
    target_class = DepartmentTokenAuthentication
    name = "departmentToken"

    def get_security_definition(self, auto_schema):
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Token <部门接口令牌>"}
