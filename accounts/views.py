"""The door of the office: in, out, and one's own password."""

from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.db import transaction
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import OwnPasswordForm, SignInForm
from accounts.signing_in import SignInRefused
from accounts.signing_in import sign_in as open_session
from accounts.signing_in import sign_out as close_session
from audit import services as audit
from audit.actions import Action


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
@sensitive_variables("form")
@never_cache
def sign_in(request):
    if request.method != "POST":
        if request.user.is_authenticated:
            return redirect(_wanted(request, request.GET.get("next", "")))
        return render(request, "office/sign_in.html", {"form": SignInForm(initial={"next": request.GET.get("next")})})
    form, refused = SignInForm(request.POST), ""
    if form.is_valid():
        try:
            open_session(
                request,
                username=form.cleaned_data["username"],
                password=form.cleaned_data["password"],
                address=request.META.get("REMOTE_ADDR", ""),
            )
            return redirect(_wanted(request, form.cleaned_data["next"]))
        except SignInRefused as refusal:
            refused = refusal.message
    return render(request, "office/sign_in.html", {"form": form, "refusal": refused})


def _wanted(request, address: str) -> str:
    """The page asked for before signing in, if it is one of ours."""
    ours = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if ours else resolve_url("office:home")


@require_POST
@never_cache
def sign_out(request):
    """End the session and tell the browser to forget what it kept of it."""
    if request.user.is_authenticated:
        close_session(request.user)
    logout(request)
    response = redirect("office:sign-in")
    response["Clear-Site-Data"] = '"cache", "cookies"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@sensitive_variables("form")
def change_password(request):
    form = OwnPasswordForm(request.user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.save()
            audit.record(Action.USER_PASSWORD_CHANGED, request.user, actor=request.user)
        update_session_auth_hash(request, form.user)
        messages.success(request, "密码已修改。其他设备上的登录已经失效。")
        return redirect("office:home")
    return render(request, "office/password.html", {"form": form})
