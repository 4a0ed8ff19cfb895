"""The door of subjects: in by the identity provider, and out."""

from dataclasses import asdict

from csp.constants import SELF
from csp.decorators import csp_update
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deadlines.clock import today
from records.errors import Refused
from repair import oidc, services, sessions
from repair.models import RealNameLevel
from repair.views.parts import HOME, applicant_required

FLOW, NEXT = "applicant_flow", "applicant_next"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def sign_in(request):
    """What signing in is for; a POST sends the browser to the provider. Without one, services are switched off."""
    if request.applicant:
        return redirect(_wanted(request, request.GET.get("next", "")))
    if request.method != "POST" or not oidc.is_open():
        return _page(request)
    try:
        where, flow = oidc.begin(request.build_absolute_uri(reverse("my:callback")))
    except Refused as refusal:
        return _page(request, refusal.message, status=503)
    request.session[FLOW], request.session[NEXT] = asdict(flow), request.POST.get("next", "")
    return redirect(where)


@require_safe
@never_cache
def callback(request):
    """Back from the provider. What was begun is used up, whatever comes of it."""
    kept, after = request.session.pop(FLOW, None), request.session.pop(NEXT, "")
    try:
        here = request.build_absolute_uri(reverse("my:callback"))
        claims = oidc.finish(oidc.Flow(**kept) if kept else None, request.GET.dict(), here)
        applicant = services.sign_in(claims, today=today(), address=request.META.get("REMOTE_ADDR", ""))
    except Refused as refusal:
        return _page(request, refusal.message, status=400)
    sessions.begin(request.session, applicant)
    return redirect(_wanted(request, after))


def _page(request, refusal: str = "", *, status: int = 200):
    """The door. Its form may lead to the provider and nowhere else."""
    origin, is_open = "", oidc.is_open()
    if is_open:
        try:
            origin = oidc.provider_origin()
        except Refused as unreachable:
            refusal = refusal or unreachable.message
    context = {
        "is_open": is_open,
        "refusal": refusal,
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "levels": RealNameLevel.objects.exclude(allows=[]),
        "is_staff": request.user.is_authenticated,
        "crumbs": [HOME, ("登录办理", "")],
        "section": "mine",
    }
    leading = csp_update({"form-action": [SELF, origin]}) if origin else (lambda view: view)
    return leading(lambda request: render(request, "my/sign_in.html", context, status=status))(request)


def _wanted(request, address: str) -> str:
    """The page asked for before signing in, if it is one of ours."""
    ours = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if ours else resolve_url("my:home")


@require_POST
@applicant_required
def sign_out(request):
    """End the session and tell the browser to forget what it kept of it."""
    services.sign_out(request.applicant)
    request.session.flush()
    response = redirect("my:sign-in")
    response["Clear-Site-Data"] = '"cache", "cookies"'
    return response
