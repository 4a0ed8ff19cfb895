"""Asking an OpenID Connect provider who somebody is: authorisation code with PKCE, one ID token, verified (ADR 0025).

What a sign-in needs to be finished stays in the session of the browser that began it: `state` ties the answer to it,
`nonce` the token, `verifier` the code. Signatures are joserfc's business; one exchange has one time limit (ADR 0012).
"""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpcore
from django.conf import settings
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from records.errors import Refused
from records.wire import Deadline, DeadlineBackend

SECONDS = 10.0
ANSWER_LIMIT = 256 * 1024
KEPT_SECONDS = 600  # how long the provider's description and keys are believed
FLOW_SECONDS = 600  # how long a sign-in may take at the provider
CLOCKS_DIFFER = 60
# Asymmetric ones only: the client's secret never stands for the provider's signature, and "none" for nothing.
ALGORITHMS = ["RS256", "PS256", "ES256"]
# Our name of a claim → the standard's, or ours of the stand-in provider; SUBJECT_OIDC_CLAIMS says otherwise.
CLAIMS = {
    "kind": "subject_kind", "name": "name", "number_kind": "document_kind", "number": "document_number",
    "birthdate": "birthdate", "email": "email", "phone": "phone_number",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Flow:
    """A sign-in that has begun, as the session keeps it."""

    state: str
    nonce: str
    verifier: str
    began: int


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the provider said about itself, and until when it is believed."""

    issuer: str
    metadata: Mapping[str, Any]
    keys: KeySet
    until: float


_kept: dict[str, _Kept] = {}


def is_open() -> bool:
    """Whether an identity provider is set. Without one, nobody signs in as a subject."""
    return bool(settings.SUBJECT_OIDC_ISSUER and settings.SUBJECT_OIDC_CLIENT_ID)


def is_alive(*, seconds: float) -> bool:
    """Whether the provider describes itself now, within that time; what is kept of it answers for nothing here."""
    try:
        _described(seconds)
    except Refused:
        return False
    return True


def provider_origin() -> str:
    """Where the browser is sent to, for the page's security policy. Raises Refused (provider_unreachable)."""
    parts = urlsplit(_provider().metadata["authorization_endpoint"])
    return f"{parts.scheme}://{parts.netloc}"


def begin(redirect_uri: str) -> tuple[str, Flow]:
    """Where to send the browser, and what to keep until it comes back. Raises Refused (provider_unreachable)."""
    flow = Flow(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), int(time.time()))
    challenge = base64.urlsafe_b64encode(hashlib.sha256(flow.verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code", "client_id": settings.SUBJECT_OIDC_CLIENT_ID, "redirect_uri": redirect_uri,
        "scope": settings.SUBJECT_OIDC_SCOPE, "state": flow.state, "nonce": flow.nonce,
        "code_challenge": challenge, "code_challenge_method": "S256",
    }  # fmt: skip
    where = _provider().metadata["authorization_endpoint"]
    return f"{where}{'&' if '?' in where else '?'}{urlencode(asked)}", flow


def finish(flow: Flow | None, answer: Mapping[str, str], redirect_uri: str) -> dict[str, str]:
    """The verified claims of whoever has come back, under our names.

    Raises Refused: flow_unknown (another browser, too late, a forged answer), sign_in_cancelled, provider_unreachable,
    token_invalid.
    """
    if flow is None or not secrets.compare_digest(flow.state, answer.get("state", "")):
        raise Refused("这次登录不是从这里开始的，或者已经办过。请重新登录。", code="flow_unknown")
    if time.time() - flow.began > FLOW_SECONDS:
        raise Refused("登录用时过长，已经失效。请重新登录。", code="flow_unknown")
    if answer.get("iss", settings.SUBJECT_OIDC_ISSUER) != settings.SUBJECT_OIDC_ISSUER:  # RFC 9207
        raise Refused("答复不是来自设定的身份认证平台。请重新登录。", code="token_invalid")
    if "error" in answer or not answer.get("code"):
        raise Refused("登录没有完成：您取消了登录，或者身份认证平台没有同意。", code="sign_in_cancelled")
    tokens = _exchange(flow, answer["code"], redirect_uri)
    claims = _verified(str(tokens.get("id_token", "")), flow.nonce)
    if not claims.get(_named()["number"]):
        claims = _asked_for(tokens, claims) | claims
    ours = {name: str(claims.get(theirs) or "") for name, theirs in _named().items()}
    return ours | {name: str(claims.get(name) or "") for name in ("iss", "sub", "acr")}


def _named() -> dict[str, str]:
    return CLAIMS | settings.SUBJECT_OIDC_CLAIMS


def _exchange(flow: Flow, code: str, redirect_uri: str) -> Mapping[str, Any]:
    """Code for tokens. The verifier proves that who asks is who began."""
    form = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri,
        "code_verifier": flow.verifier, "client_id": settings.SUBJECT_OIDC_CLIENT_ID,
        "client_secret": settings.SUBJECT_OIDC_CLIENT_SECRET,
    }  # fmt: skip
    return _fetch(_provider().metadata["token_endpoint"], form=form)


def _verified(token: str, nonce: str) -> dict[str, Any]:
    """The claims of an ID token: signed by the provider, for us, for this sign-in, now (OpenID Connect Core 3.1.3.7).

    A key nobody knew is asked for once more: the provider may have changed it a moment ago.
    """
    try:
        try:
            decoded = jwt.decode(token, _provider().keys, algorithms=ALGORITHMS)
        except InvalidKeyIdError:
            decoded = jwt.decode(token, _provider(anew=True).keys, algorithms=ALGORITHMS)
        claims = decoded.claims
        essential = {"essential": True}
        jwt.JWTClaimsRegistry(
            leeway=CLOCKS_DIFFER,
            iss=essential | {"value": settings.SUBJECT_OIDC_ISSUER},
            aud=essential | {"value": settings.SUBJECT_OIDC_CLIENT_ID},
            nonce=essential | {"value": nonce},
            exp=essential, iat=essential, sub=essential,
        ).validate(claims)  # fmt: skip
    except (JoseError, ValueError) as error:
        raise _untrusted() from error
    party = claims.get("azp", settings.SUBJECT_OIDC_CLIENT_ID)
    if party != settings.SUBJECT_OIDC_CLIENT_ID or (isinstance(claims["aud"], list) and len(claims["aud"]) > 1):
        raise _untrusted()
    return dict(claims)


def _untrusted() -> Refused:
    return Refused("身份认证平台的答复没有通过核验，没有登录。请重新登录。", code="token_invalid")


def _asked_for(tokens: Mapping[str, Any], claims: Mapping[str, Any]) -> dict[str, Any]:
    """What the provider tells only when asked (UserInfo), about the same person."""
    where, token = _provider().metadata.get("userinfo_endpoint"), tokens.get("access_token")
    if not where or not token:
        return {}
    told = _fetch(where, headers={"Authorization": f"Bearer {token}"})
    if told.get("sub") != claims["sub"]:
        raise _untrusted()
    return dict(told)


def _provider(*, anew: bool = False) -> _Kept:
    """The provider's description and keys, kept for a while in this process."""
    issuer = settings.SUBJECT_OIDC_ISSUER
    kept = _kept.get(issuer)
    if kept is None or anew or kept.until < time.monotonic():
        metadata = _described(SECONDS)
        try:
            published: Any = _fetch(metadata["jwks_uri"])
            keys = KeySet.import_key_set(published)
        except (JoseError, KeyError, ValueError) as error:
            raise _unreachable() from error
        kept = _kept[issuer] = _Kept(issuer, metadata, keys, time.monotonic() + KEPT_SECONDS)
    return kept


def _described(seconds: float) -> dict:
    """What the provider says of itself under its own name. Raises Refused (provider_unreachable)."""
    issuer = settings.SUBJECT_OIDC_ISSUER
    metadata = _fetch(f"{issuer.rstrip('/')}/.well-known/openid-configuration", seconds=seconds)
    if metadata.get("issuer") != issuer:
        raise _unreachable()
    return metadata


def forget() -> None:
    """Believe nothing of before: for tests, and after the provider has moved."""
    _kept.clear()


def _fetch(
    url: str, *, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None,
    seconds: float = SECONDS,
) -> dict:  # fmt: skip
    """A JSON object from the provider, within that time. Raises Refused (provider_unreachable)."""
    sent = {"Host": urlsplit(url).netloc, "Accept": "application/json", **(headers or {})}
    body = urlencode(form).encode() if form is not None else None
    if body is not None:
        sent["Content-Type"] = "application/x-www-form-urlencoded"
    try:
        with (
            httpcore.ConnectionPool(network_backend=DeadlineBackend(Deadline(seconds))) as pool,
            pool.stream("GET" if body is None else "POST", url, headers=sent, content=body) as answer,
        ):
            return _read(answer)
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise _unreachable() from error
    except httpcore.UnsupportedProtocol as error:
        raise _unreachable() from error


def _read(answer: httpcore.Response) -> dict:
    content = b""
    for chunk in answer.iter_stream():
        content += chunk
        if len(content) > ANSWER_LIMIT:
            raise _unreachable()
    try:
        read = json.loads(content)
    except ValueError as error:
        raise _unreachable() from error
    if answer.status != 200 or not isinstance(read, dict):
        raise _unreachable()
    return read


def _unreachable() -> Refused:
    return Refused("身份认证平台现在没有正常答复，请稍后再登录。", code="provider_unreachable")
