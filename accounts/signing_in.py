"""The door: who may come in, and how often someone may try. Failures are counted in the trail itself."""

from datetime import timedelta

from django.contrib.auth import authenticate, login
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import User
from audit import services as audit
from audit.actions import Action
from audit.models import AuditEvent

FAILURES = 5
WINDOW = timedelta(minutes=15)
ATTEMPT = "accounts.SignInAttempt"
WRONG, TOO_MANY = "sign_in_wrong", "sign_in_too_many"
SENTENCES = {
    WRONG: "账号或密码不正确。请核对后重新输入。",
    TOO_MANY: f"登录失败次数过多。请 {WINDOW.seconds // 60} 分钟后再试，或联系系统管理员重设密码。",
}


class SignInRefused(Exception):
    """Nobody comes in. The sentence never tells whether the account exists."""

    def __init__(self, code: str):
        super().__init__(SENTENCES[code])
        self.code, self.message = code, SENTENCES[code]


def sign_in(request, *, username: str, password: str, address: str) -> User:
    """Open a session for whoever gives the right password. Raises SignInRefused.

    After five failures within 15 minutes for one account from one address, further attempts are refused for a while,
    right or wrong; an account that does not exist behaves the same.
    """
    with transaction.atomic():
        user, refusal = _try(request, username, password, address)
        if user is not None:
            request.session.flush()  # whoever was signed in here before is out: staff is never a subject too
            login(request, user)
            audit.record(Action.USER_SIGNED_IN, user, actor=user, detail={"address": address})
            return user
    raise SignInRefused(refusal)


def _try(request, username: str, password: str, address: str) -> tuple[User | None, str]:
    # The row lock lines up simultaneous attempts on one account: each counts those before it.
    known = User.objects.select_for_update(of=("self",)).filter(username=username).first()
    attempt = salted_hmac(ATTEMPT, f"{username.casefold()}|{address}", algorithm="sha256").hexdigest()
    failures = AuditEvent.objects.filter(
        object_type=ATTEMPT, object_id=attempt, reason=WRONG, at__gt=timezone.now() - WINDOW
    )
    refusal = TOO_MANY if failures.count() >= FAILURES else WRONG
    user = None if refusal == TOO_MANY else authenticate(request, username=username, password=password)
    if user is None:
        audit.record(
            Action.USER_SIGN_IN_REFUSED,
            result=audit.REFUSED,
            reason=refusal,
            object_type=ATTEMPT,
            object_id=attempt,
            # What was typed may be a password in the wrong box: only known names are written down.
            label=known.username if known else "不存在的账号",
            detail={"address": address},
        )
    return user, refusal


@transaction.atomic
def sign_out(user: User) -> None:
    """Leave a line; the session itself is the caller's to end."""
    audit.record(Action.USER_SIGNED_OUT, user, actor=user)
