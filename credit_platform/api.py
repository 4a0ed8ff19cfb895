"""What every API answer shares: errors are RFC 9457 problems with stable codes."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from audit.errors import SealStale, TrailRefused
from records.errors import IdempotencyConflict, Refused, RightMissing, RowRefused

CONTENT_TYPE = "application/problem+json"
STATUS = {RightMissing: status.HTTP_404_NOT_FOUND, IdempotencyConflict: status.HTTP_422_UNPROCESSABLE_ENTITY}
TITLES = {
    400: "请求有误",
    401: "请先出示有效令牌",
    403: "不允许此操作",
    404: "没有找到",
    405: "不支持此方法",
    406: "不支持所要求的格式",
    409: "与正在处理的请求冲突",
    413: "内容过大",
    415: "不支持的内容类型",
    422: "内容无法处理",
    429: "请求过于频繁",
    503: "暂时无法服务",
}


def problem(error: Exception, context: dict) -> Response | None:
    """DRF's exception handler: every refusal becomes {type, title, status, code, detail}."""
    if isinstance(error, Refused):
        code = STATUS.get(type(error), status.HTTP_400_BAD_REQUEST)
        detail = "没有找到，或不在您的权限范围内。" if isinstance(error, RightMissing) else error.message
        body = describe(code, "not_found" if isinstance(error, RightMissing) else error.code, detail)
        if isinstance(error, RowRefused):
            body["problems"] = [p.as_json() for p in error.problems]
    elif isinstance(error, Http404):
        code, body = 404, describe(404, "not_found", "没有找到，或不在您的权限范围内。")
    elif isinstance(error, PermissionDenied):
        code, body = 403, describe(403, "permission_denied", "不允许此操作。")
    elif isinstance(error, SealStale | TrailRefused):
        code, body = 503, describe(503, error.code, str(error))
    elif isinstance(error, exceptions.APIException):
        code, body = error.status_code, _from_rest_framework(error)
    else:
        return None
    set_rollback()
    headers = {"WWW-Authenticate": error.auth_header} if getattr(error, "auth_header", None) else None
    return Response(body, status=code, headers=headers, content_type=CONTENT_TYPE)


def _from_rest_framework(error: exceptions.APIException) -> dict:
    if isinstance(error, exceptions.ValidationError):
        return describe(400, "invalid", "请求内容不符合要求。") | {"errors": error.get_full_details()}
    code = error.get_codes()
    return describe(error.status_code, code if isinstance(code, str) else "invalid", str(error.detail))


def describe(code: int, stable: str, detail: str) -> dict:
    return {"type": "about:blank", "title": TITLES.get(code, "错误"), "status": code, "code": stable, "detail": detail}
