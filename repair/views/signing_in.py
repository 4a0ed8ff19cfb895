"""The door of subjects: in by the identity provider, and out."""

from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from repair import services
from repair.views.parts import HOME, applicant_required


@require_safe
@never_cache
def sign_in(request):
    """What signing in is for; where no provider is set, that online services are switched off."""
    if request.applicant:
        return redirect("my:home")
    return render(request, "my/sign_in.html", {"crumbs": [HOME, ("登录", "")], "section": "services"})


@require_POST
@applicant_required
def sign_out(request):
    """End the session and tell the browser to forget what it kept of it."""
    services.sign_out(request.applicant)
    request.session.flush()
    response = redirect("my:sign-in")
    response["Clear-Site-Data"] = '"cache", "cookies"'
    return response
