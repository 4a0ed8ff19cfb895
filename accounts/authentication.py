"""The API's door: a department's token."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission

from accounts.models import ApiToken
from deadlines.clock import today


class DepartmentTokenAuthentication(BaseAuthentication):
    """`Authorization: Token …`. Every request asks the database, so a token taken away ends at once (T-07, T-10)."""

    def authenticate(self, request):
        scheme, _, plain = get_authorization_header(request).decode(errors="replace").partition(" ")
        if scheme.lower() != "token":
            return None
        token = ApiToken.objects.usable(plain.strip(), on=today()).first()
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
